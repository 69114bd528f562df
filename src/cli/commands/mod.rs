//! The commands: a file each, with its arguments. This file only dispatches.

mod completions;
mod config;
mod consent;
mod customer;
mod demo;
mod doctor;
mod document;
mod import;
mod init;
mod key;
mod log;
mod login;
mod man;
mod outbox;
mod redeem;
mod request;
mod role;
mod serve;
mod session;
mod storefront;
mod storefront_test;
mod stores;
mod sync;
mod user;
mod verify;
mod whoami;

use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};

use super::runner::Cli;
use lac_model::fault::Fault;
use lac_store::Result;

/// A top-level command.
#[derive(Debug, Clone, Copy)]
pub struct CommandSpec {
    pub name: &'static str,
    pub about: &'static str,
    /// Adds arguments and subcommands; called only for the command that is used.
    pub arguments: fn(Command) -> Command,
    /// Runs the command and returns the exit code.
    pub run: fn(&ArgMatches, &Cli) -> Result<u8>,
}

/// In the order of `lac --help`.
pub const ALL: &[CommandSpec] = &[
    init::SPEC,
    demo::SPEC,
    whoami::SPEC,
    doctor::SPEC,
    completions::SPEC,
    man::SPEC,
    login::SPEC,
    document::SPEC,
    request::SPEC,
    session::SPEC,
    customer::SPEC,
    consent::SPEC,
    config::SPEC,
    stores::SPEC,
    sync::SPEC,
    role::SPEC,
    user::SPEC,
    import::SPEC,
    log::SPEC,
    key::SPEC,
    verify::SPEC,
    redeem::SPEC,
    storefront::SPEC,
    outbox::SPEC,
    serve::SPEC,
];

/// The arguments of a command without subcommands.
fn with_args<A: Args>(command: Command) -> Command {
    A::augment_args(command)
}

/// The subcommands of a command.
fn with_subcommands<V: Subcommand>(command: Command) -> Command {
    V::augment_subcommands(command)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
}

/// The arguments as their declaring type.
fn parse_args<A: FromArgMatches>(matches: &ArgMatches) -> Result<A> {
    A::from_arg_matches(matches).map_err(Fault::internal)
}
