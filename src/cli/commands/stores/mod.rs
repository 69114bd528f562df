//! `lac stores …`.

mod list;
mod rows;

use clap::{ArgMatches, Subcommand};

use super::{Noun, parsed, verbs};
use crate::cli::shop::Shop;
use crate::store::Result;

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
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list::run(&args, shop)?,
    }
    Ok(0)
}
