//! `lac demo`: a guided tour with a temporary store.

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

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "demo",
    about: "Walk through a support case with a temporary store",
    arguments: with_args::<DemoArgs>,
    run,
};

/// Creates a store with two websites, customers, orders and three admin users,
/// walks through a support case, and keeps the store for you to try more.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac demo --dir /tmp/my-demo")]
struct DemoArgs {
    /// Where to create the store [default: a new temporary directory]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: DemoArgs = parse_args(matches)?;
    let [a, b, c, d] = random_bytes(&cli.random);
    let dir = args.dir.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("lac-demo-{a:02x}{b:02x}{c:02x}{d:02x}"))
    });
    // Ignore the caller's settings, so that their store, token and anchors are
    // not used.
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
