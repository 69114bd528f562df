//! `lac stores …`.

mod change;
mod list;
mod rows;

use clap::{ArgMatches, Subcommand};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::runner::Cli;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "stores",
    about: "Manage websites, store groups and store views",
    arguments: with_subcommands::<StoresCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum StoresCommand {
    /// List websites, their store groups and store views
    #[command(after_help = "Example:\n  lac stores list --kind views")]
    List(list::ListArgs),
    /// Add a website
    #[command(after_help = "Example:\n  lac stores add-website eu --name 'Europe' --default")]
    AddWebsite(change::WebsiteArgs),
    /// Add a store group to a website
    #[command(after_help = "Example:\n  lac stores add-group eu_main --website eu --name 'Main'")]
    AddGroup(change::GroupArgs),
    /// Add a store view to a store group
    #[command(after_help = "Example:\n  lac stores add-view de --group eu_main --name 'Deutsch'")]
    AddView(change::ViewArgs),
    /// Change a name, a code, a default, or whether a store view is active
    #[command(after_help = "Example:\n  lac stores edit store-view:de --active no")]
    Edit(change::EditArgs),
    /// Remove an unused website, group or view, and its config values
    #[command(after_help = "Example:\n  lac stores remove store-view:de --yes")]
    Remove(change::RemoveArgs),
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        StoresCommand::List(args) => list::run(&args, cli)?,
        StoresCommand::AddWebsite(args) => change::add_website(args, cli)?,
        StoresCommand::AddGroup(args) => change::add_group(args, cli)?,
        StoresCommand::AddView(args) => change::add_view(args, cli)?,
        StoresCommand::Edit(args) => change::edit(args, cli)?,
        StoresCommand::Remove(args) => change::remove(&args, cli)?,
    }
    Ok(0)
}
