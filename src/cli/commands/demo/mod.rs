//! `lac demo`: a throw-away store, and the main job told out loud.

mod accounts;
mod scenario;

use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::{CommandSpec, parse_args, with_args};
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use crate::cli::settings::{AnchorSettings, Settings};
use lac_model::environment::random_bytes;
use lac_store::Result;

pub const SPEC: CommandSpec = CommandSpec {
    name: "demo",
    about: "Make a throw-away store and walk through the main job",
    arguments: with_args::<DemoArgs>,
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

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: DemoArgs = parse_args(matches)?;
    let [a, b, c, d] = random_bytes(&cli.random);
    let dir = args.dir.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("lac-demo-{a:02x}{b:02x}{c:02x}{d:02x}"))
    });
    // Nothing of the caller's own settings: neither their store nor their
    // token nor their anchors are touched.
    let globals = cli.globals.clone();
    let settings = Settings {
        store: dir,
        key_dir: None,
        anchor: AnchorSettings::default(),
        ..cli.settings.clone()
    };
    let demo = Cli::for_os_account(globals, settings, cli.out.clone());
    let told = scenario::run(&demo)?;
    if cli.out.format.is_json() {
        Out::print_json(&told)?;
    }
    Ok(0)
}
