//! `lac customer …`.

mod change;
mod history;
mod list;
mod show;

use clap::{ArgMatches, Subcommand};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::runner::Cli;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "customer",
    about: "Find, add, edit and remove customers",
    arguments: with_subcommands::<CustomerCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum CustomerCommand {
    /// List or search customers
    #[command(after_help = "Example:\n  lac customer list --search jane --website eu --limit 20")]
    List(list::ListArgs),
    /// Show one customer
    #[command(after_help = "Example:\n  lac customer show jane@example.com --website eu")]
    Show(show::ShowArgs),
    /// Show who logged in as a customer, when and why, newest first
    #[command(
        after_help = "Example:\n  lac customer history jane@example.com -o csv\n\n\
        With a storefront's token: what the customer with this id sees of their visits."
    )]
    History(history::HistoryArgs),
    /// Add a customer, without consent
    #[command(
        after_help = "Example:\n  lac customer add --email jane@example.com --first-name Jane --last-name Doe --website eu"
    )]
    Add(change::AddArgs),
    /// Change a customer
    #[command(after_help = "Example:\n  lac customer edit jane@example.com --active no")]
    Edit(change::EditArgs),
    /// Remove a customer; documents and log events are kept
    #[command(after_help = "Example:\n  lac customer remove 42 --yes")]
    Remove(change::RemoveArgs),
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        CustomerCommand::List(args) => list::list(args, cli)?,
        CustomerCommand::Show(args) => show::show(args, cli)?,
        CustomerCommand::History(args) => history::history(&args, cli)?,
        CustomerCommand::Add(args) => change::add(args, cli)?,
        CustomerCommand::Edit(args) => change::edit(args, cli)?,
        CustomerCommand::Remove(args) => change::remove(&args, cli)?,
    }
    Ok(0)
}
