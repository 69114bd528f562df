//! Floor 4: the command line. Reads arguments, puts the program together, runs
//! one use case, shows its result. The only floor that prints, prompts or exits.

mod ambient;
mod anchors;
mod args;
mod aside;
mod ask;
mod broker;
pub mod commands;
mod complete;
mod declared;
pub mod error;
mod help;
pub mod hint;
mod hooks;
mod input;
mod out;
mod pages;
mod paging;
mod pick;
mod premises;
mod progress;
mod saved;
mod settings;
mod shells;
mod shop;
mod token;
mod view;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use self::args::Globals;
use self::hint::Reader;
use self::out::Out;
use self::settings::Settings;
use self::shop::Shop;
use lac_app::remote::Service;
use lac_model::fault::Fault;

/// The whole command, for parsing, completions and man pages. What a noun's
/// own arguments are is built only for the noun that is used.
pub fn command() -> Command {
    // The flattened arguments' own description must not become the program's.
    let root = Globals::augment_args(Command::new("lac"))
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Login as Customer: start a storefront session as a shopper, with consent, on record",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .help_template(help::template(commands::ALL))
        .infer_subcommands(false)
        .long_about(None);
    commands::ALL.iter().fold(root, |root, noun| {
        root.subcommand(
            Command::new(noun.name)
                .about(noun.about)
                .defer(noun.arguments),
        )
    })
}

/// The other parts of floor 4, which the command line starts and never names.
#[derive(Clone, Copy)]
pub struct Parts {
    /// Serves a store to others.
    pub serve: fn(&Service<'_>) -> Result<(), Fault>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

impl Default for Parts {
    /// None of them.
    fn default() -> Self {
        Self {
            serve: |_| Err(Fault::internal("this program cannot serve")),
        }
    }
}

/// Runs the program.
pub fn main(parts: Parts) -> ExitCode {
    complete::answer();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let is_json = asks_for_json(&arguments);
    match command().try_get_matches_from(arguments) {
        Ok(matches) => ExitCode::from(run(&matches, parts)),
        Err(error) => ExitCode::from(error::report_usage(is_json, error)),
    }
}

fn run(matches: &ArgMatches, parts: Parts) -> u8 {
    let globals = match Globals::from_arg_matches(matches) {
        Ok(globals) => globals,
        Err(error) => return error::report_usage(false, error),
    };
    let settings = match Settings::read(&globals) {
        Ok(settings) => settings,
        Err(fault) => return error::report(&Out::new(&globals, None), &fault, Reader::nobody),
    };
    let out = Out::new(&globals, Some(&settings));
    let mut shop = Shop::new(globals, settings, out);
    shop.parts = parts;
    let code = match dispatch(matches, &shop) {
        Ok(code) => code,
        Err(Fault::Io { problem, .. }) if problem == out::CLOSED_PIPE => 0,
        Err(fault) => error::report(&shop.out, &fault, || shop.reader()),
    };
    // The process ends here. Closing the database in order would only cost
    // time: what was committed is durable, and the kernel releases the locks.
    std::mem::forget(shop);
    code
}

fn dispatch(matches: &ArgMatches, shop: &Shop) -> Result<u8, Fault> {
    let (name, of_noun) = matches
        .subcommand()
        .ok_or_else(|| Fault::internal("no command was given"))?;
    let noun = commands::ALL
        .iter()
        .find(|noun| noun.name == name)
        .ok_or_else(|| Fault::internal("an unknown command was given"))?;
    (noun.run)(of_noun, shop)
}

/// Whether `-o json` or `jsonl` is among the arguments, for errors found
/// before they are understood.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    words.iter().enumerate().any(|(i, word)| {
        let value = match *word {
            "-o" | "--output" => words.get(i + 1).copied(),
            other => other
                .strip_prefix("--output=")
                .or_else(|| other.strip_prefix("-o")),
        };
        matches!(
            value.map(|v| v.trim_start_matches('=')),
            Some("json" | "jsonl")
        )
    })
}
