//! `lac stores …`.

mod change;
mod list;
mod rows;

use clap::{ArgMatches, Subcommand};

use super::{Noun, parsed, verbs};
use crate::cli::shop::Shop;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "stores",
    about: "Websites, store groups and store views",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
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
    /// Remove what nothing refers to, and its config values
    #[command(after_help = "Example:\n  lac stores remove store-view:de --yes")]
    Remove(change::RemoveArgs),
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list::run(&args, shop)?,
        Verb::AddWebsite(args) => change::add_website(args, shop)?,
        Verb::AddGroup(args) => change::add_group(args, shop)?,
        Verb::AddView(args) => change::add_view(args, shop)?,
        Verb::Edit(args) => change::edit(args, shop)?,
        Verb::Remove(args) => change::remove(&args, shop)?,
    }
    Ok(0)
}
