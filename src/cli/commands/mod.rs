//! One command, one file, its arguments beside it. This file only dispatches.

pub(super) mod changes;
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
mod stores;
mod user;
mod verify;
mod whoami;

use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};

use super::shop::Shop;
use lac_model::fault::Fault;
use lac_store::Result;

/// A top-level command.
#[derive(Debug, Clone, Copy)]
pub struct Noun {
    pub name: &'static str,
    pub about: &'static str,
    /// Adds arguments and verbs; called only for the command that is used.
    pub arguments: fn(Command) -> Command,
    /// Runs it; the exit code.
    pub run: fn(&ArgMatches, &Shop) -> Result<u8>,
}

/// In the order of `lac --help`.
pub const ALL: &[Noun] = &[
    init::NOUN,
    demo::NOUN,
    whoami::NOUN,
    doctor::NOUN,
    completions::NOUN,
    man::NOUN,
    login::NOUN,
    document::NOUN,
    request::NOUN,
    session::NOUN,
    customer::NOUN,
    consent::NOUN,
    config::NOUN,
    stores::NOUN,
    role::NOUN,
    user::NOUN,
    import::NOUN,
    log::NOUN,
    key::NOUN,
    verify::NOUN,
    redeem::NOUN,
    storefront::NOUN,
    outbox::NOUN,
    serve::NOUN,
];

/// The arguments of a command without verbs.
fn arguments<A: Args>(command: Command) -> Command {
    A::augment_args(command)
}

/// The verbs of a noun.
fn verbs<V: Subcommand>(command: Command) -> Command {
    V::augment_subcommands(command)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
}

/// What was given, as the type that declared it.
fn parsed<A: FromArgMatches>(matches: &ArgMatches) -> Result<A> {
    A::from_arg_matches(matches).map_err(Fault::internal)
}
