//! `lac user …`.

mod change;
mod list;
mod token;

use clap::{ArgMatches, Subcommand};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::runner::Cli;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "user",
    about: "Manage admin users and their access tokens",
    arguments: with_subcommands::<UserCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// List admin users
    #[command(after_help = "Example:\n  lac user list -o json")]
    List(list::ListArgs),
    /// Show an admin user
    #[command(after_help = "Example:\n  lac user show bob")]
    Show(list::ShowArgs),
    /// Create an admin user
    #[command(
        after_help = "Example:\n  lac user create bob --role Support --os-account bob --full-name 'Bob B.'"
    )]
    Create(change::CreateArgs),
    /// Change an admin user's role
    #[command(after_help = "Example:\n  lac user assign bob Support")]
    Assign(change::AssignArgs),
    /// Change an admin user's account or full name
    #[command(after_help = "Example:\n  lac user edit bob --os-account robert")]
    Edit(change::EditArgs),
    /// Disable an admin user; suspends their tokens and ends their sessions
    #[command(after_help = "Example:\n  lac user disable bob")]
    Disable(change::NameArgs),
    /// Enable an admin user and their tokens
    #[command(after_help = "Example:\n  lac user enable bob")]
    Enable(change::NameArgs),
    /// Delete an admin user and their tokens
    #[command(after_help = "Example:\n  lac user delete bob --yes")]
    Delete(change::NameArgs),
    /// Manage access tokens, for scripts and services
    #[command(subcommand)]
    Token(token::UserTokenCommand),
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        UserCommand::List(args) => list::list(&args, cli)?,
        UserCommand::Show(args) => list::show(args, cli)?,
        UserCommand::Create(args) => change::create(args, cli)?,
        UserCommand::Assign(args) => change::assign(args, cli)?,
        UserCommand::Edit(args) => change::edit(args, cli)?,
        UserCommand::Disable(args) => change::set_enabled(args, false, cli)?,
        UserCommand::Enable(args) => change::set_enabled(args, true, cli)?,
        UserCommand::Delete(args) => change::delete(&args, cli)?,
        UserCommand::Token(verb) => token::run(verb, cli)?,
    }
    Ok(0)
}
