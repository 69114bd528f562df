//! `lac demo`: a throw-away store, and the main job told out loud.

mod people;
mod story;

use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::{Noun, arguments, parsed};
use crate::cli::out::Out;
use crate::cli::settings::{AnchorSettings, Settings};
use crate::cli::shop::Shop;
use lac_model::ambient::bytes;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "demo",
    about: "Make a throw-away store and walk through the main job",
    arguments: arguments::<DemoArgs>,
    run,
};

/// Makes a store with two websites, shoppers, orders and three admin users,
/// walks through a support case, and leaves the store for playing on.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac demo --dir /tmp/my-demo")]
struct DemoArgs {
    /// Where to make it [default: a new directory for temporary files]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    let args: DemoArgs = parsed(matches)?;
    let [a, b, c, d] = bytes(&shop.random);
    let dir = args.dir.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("lac-demo-{a:02x}{b:02x}{c:02x}{d:02x}"))
    });
    // Nothing of the caller's own settings: neither their store nor their
    // token nor their anchors are touched.
    let globals = shop.globals.clone();
    let settings = Settings {
        store: dir,
        keys: None,
        anchor: AnchorSettings::default(),
        ..shop.settings.clone()
    };
    let demo = Shop::for_os_account(globals, settings, shop.out.clone());
    let told = story::tell(&demo)?;
    if shop.out.format.is_json() {
        Out::json(&told)?;
    }
    Ok(0)
}
