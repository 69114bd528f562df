//! `lac customer …`.

mod change;
mod history;
mod list;
mod show;

use clap::{ArgMatches, Subcommand};

use super::{Noun, parsed, verbs};
use crate::cli::shop::Shop;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "customer",
    about: "Look customers up; add, edit, remove them",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List customers, all or those that a text fits
    #[command(after_help = "Example:\n  lac customer list --search jane --website eu --limit 20")]
    List(list::ListArgs),
    /// Show one customer
    #[command(after_help = "Example:\n  lac customer show jane@example.com --website eu")]
    Show(show::ShowArgs),
    /// Who was logged in as a customer, newest first: when, why, how long
    #[command(after_help = "Example:\n  lac customer history jane@example.com -o csv")]
    History(history::HistoryArgs),
    /// Add a customer; consent starts withheld
    #[command(
        after_help = "Example:\n  lac customer add --email jane@example.com --first-name Jane --last-name Doe --website eu"
    )]
    Add(change::AddArgs),
    /// Change a customer
    #[command(after_help = "Example:\n  lac customer edit jane@example.com --active no")]
    Edit(change::EditArgs),
    /// Remove a customer; documents and the log stay
    #[command(after_help = "Example:\n  lac customer remove 42 --yes")]
    Remove(change::RemoveArgs),
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list::list(args, shop)?,
        Verb::Show(args) => show::show(args, shop)?,
        Verb::History(args) => history::history(&args, shop)?,
        Verb::Add(args) => change::add(args, shop)?,
        Verb::Edit(args) => change::edit(args, shop)?,
        Verb::Remove(args) => change::remove(&args, shop)?,
    }
    Ok(0)
}
