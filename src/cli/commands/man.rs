//! `lac man`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, Command};
use serde::Serialize;

use super::{CommandSpec, parse_args, with_args};
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "man",
    about: "Write manual pages",
    arguments: with_args::<ManArgs>,
    run,
};

/// Writes a manual page for each command into a directory: `lac.1`,
/// `lac-login.1` and so on.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac man ~/.local/share/man/man1")]
struct ManArgs {
    /// The directory; created if it does not exist
    dir: PathBuf,
}

#[derive(Debug, Serialize)]
struct ManPages {
    dir: PathBuf,
    pages: Vec<String>,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: ManArgs = parse_args(matches)?;
    fs::create_dir_all(&args.dir).map_err(|e| Fault::io(args.dir.display(), e))?;
    let mut root = crate::cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    write_page(&root, "lac", &args.dir, &mut pages)?;
    cli.print_view(&ManPages {
        dir: args.dir,
        pages,
    })?;
    Ok(0)
}

fn write_page(command: &Command, name: &str, dir: &Path, pages: &mut Vec<String>) -> Result<()> {
    let file = format!("{name}.1");
    let path = dir.join(&file);
    let mut page = Vec::new();
    let named = command.clone().display_name(name);
    clap_mangen::Man::new(named)
        .title(name)
        .date("")
        .source(format!("lac {}", env!("CARGO_PKG_VERSION")))
        .manual("Login as Customer")
        .render(&mut page)
        .and_then(|()| fs::write(&path, &page))
        .map_err(|e| Fault::io(path.display(), e))?;
    pages.push(file);
    for verb in command.get_subcommands().filter(|c| c.get_name() != "help") {
        write_page(verb, &format!("{name}-{}", verb.get_name()), dir, pages)?;
    }
    Ok(())
}

impl KeyValueView for ManPages {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new()
            .add("directory", self.dir.display().to_string())
            .add("pages", self.pages.len().to_string())
    }
}
