//! `lac user …`.

mod change;
mod list;
mod token;

use clap::{ArgMatches, Subcommand};

use super::{Noun, parsed, verbs};
use crate::cli::shop::Shop;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "user",
    about: "Admin users and their access tokens",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the admin users
    #[command(after_help = "Example:\n  lac user list -o json")]
    List(list::ListArgs),
    /// Show one admin user
    #[command(after_help = "Example:\n  lac user show bob")]
    Show(list::ShowArgs),
    /// Create an admin user
    #[command(
        after_help = "Example:\n  lac user create bob --role Support --os-account bob --full-name 'Bob B.'"
    )]
    Create(change::CreateArgs),
    /// Give an admin user another role
    #[command(after_help = "Example:\n  lac user assign bob Support")]
    Assign(change::AssignArgs),
    /// Change an admin user's account or full name
    #[command(after_help = "Example:\n  lac user edit bob --os-account robert")]
    Edit(change::EditArgs),
    /// Disable an admin user; tokens are suspended, sessions end
    #[command(after_help = "Example:\n  lac user disable bob")]
    Disable(change::NameArgs),
    /// Enable an admin user; tokens count again
    #[command(after_help = "Example:\n  lac user enable bob")]
    Enable(change::NameArgs),
    /// Delete an admin user and their tokens
    #[command(after_help = "Example:\n  lac user delete bob --yes")]
    Delete(change::NameArgs),
    /// Access tokens, for scripts and second actors
    #[command(subcommand)]
    Token(token::Verb),
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list::list(&args, shop)?,
        Verb::Show(args) => list::show(args, shop)?,
        Verb::Create(args) => change::create(args, shop)?,
        Verb::Assign(args) => change::assign(args, shop)?,
        Verb::Edit(args) => change::edit(args, shop)?,
        Verb::Disable(args) => change::set_enabled(args, false, shop)?,
        Verb::Enable(args) => change::set_enabled(args, true, shop)?,
        Verb::Delete(args) => change::delete(&args, shop)?,
        Verb::Token(verb) => token::run(verb, shop)?,
    }
    Ok(0)
}
