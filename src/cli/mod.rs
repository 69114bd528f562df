//! The command line: reads arguments, composes the program, runs a use case and
//! prints its result. Nothing else prints, prompts or exits.

mod access_token;
mod anchors;
mod args;
mod atomic_file;
mod broker_client;
mod change_notes;
pub mod commands;
mod completion;
mod completion_scripts;
mod customer_picker;
mod declaration;
pub mod error;
mod help;
pub mod hint;
mod hook_program;
mod hooks;
mod http_client;
mod input;
mod out;
mod paging;
mod print;
mod progress;
mod prompt;
mod report_output;
mod runner;
mod saved_filter;
mod settings;
mod store_pool;
mod system;
mod view;

use std::ffi::OsString;
use std::net::TcpListener;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, FromArgMatches};

use self::args::Globals;
use self::commands::CommandSpec;
use self::hint::HintReader;
use self::out::Out;
use self::runner::Cli;
use self::settings::Settings;
use lac_app::protocol::{GatewayService, Service};
use lac_model::fault::Fault;

/// The whole command, for completions and man pages. The arguments of a
/// subcommand are built only when it is used.
pub fn command() -> Command {
    with_list(command_with(commands::ALL.iter()))
}

/// With the list of commands in its help.
fn with_list(program: Command) -> Command {
    program.help_template(help::template(commands::ALL))
}

/// The command with these subcommands only. Each one that is declared gets a
/// copy of every global option, which takes a third of the time of `lac --help`.
fn command_with<'n>(nouns: impl Iterator<Item = &'n CommandSpec>) -> Command {
    // Do not take the description of the flattened arguments.
    let root = Globals::augment_args(Command::new("lac"))
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Login as Customer: start an audited storefront session as a customer, with their consent",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .infer_subcommands(false)
        .long_about(None);
    nouns.fold(root, |root, noun| {
        root.subcommand(
            Command::new(noun.name)
                .about(noun.about)
                .defer(noun.arguments),
        )
    })
}

/// What the command line starts without depending on it.
#[derive(Clone, Copy)]
pub struct Components {
    pub serve: fn(&Service<'_>) -> Result<(), Fault>,
    /// The listener is closed as soon as the gateway must end.
    pub serve_http: fn(TcpListener, &GatewayService<'_>) -> Result<(), Fault>,
}

impl std::fmt::Debug for Components {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Components").finish_non_exhaustive()
    }
}

impl Default for Components {
    fn default() -> Self {
        Self {
            serve: |_| Err(Fault::internal("this program cannot serve")),
            serve_http: |_, _| Err(Fault::internal("this program cannot serve")),
        }
    }
}

pub fn main(parts: Components) -> ExitCode {
    completion::complete_if_requested();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let is_json = is_json_requested(&arguments);
    match parse(&arguments) {
        Ok(matches) => ExitCode::from(run(&matches, parts)),
        Err(error) => ExitCode::from(error::print_usage_error(is_json, error)),
    }
}

/// Parses the arguments, with only the subcommands that they name. A usage error
/// is found again with all subcommands, because it may list or suggest them.
fn parse(arguments: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let words = arguments.get(1..).unwrap_or_default();
    let is_named = |noun: &&CommandSpec| words.iter().any(|word| word == noun.name);
    let mut named = commands::ALL.iter().filter(is_named).peekable();
    let is_flag = |word: &OsString| {
        ["--help", "-h", "--version", "-V"]
            .iter()
            .any(|w| word == w)
    };
    let mut program = if named.peek().is_some() {
        command_with(named)
    } else if words.iter().all(is_flag) {
        // One is enough for `<COMMAND>` in the usage; the template has the list.
        command_with(commands::ALL.iter().take(1))
    } else {
        command_with(commands::ALL.iter())
    };
    let may_show_list = |word: &OsString| is_flag(word) || word == "help";
    if words.is_empty() || words.iter().any(may_show_list) {
        program = with_list(program);
    }
    let parsed = program.try_get_matches_from_mut(arguments);
    // Taking it apart would only take time.
    std::mem::forget(program);
    parsed.or_else(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Err(error),
        _ => command().try_get_matches_from(arguments),
    })
}

fn run(matches: &ArgMatches, parts: Components) -> u8 {
    let globals = match Globals::from_arg_matches(matches) {
        Ok(globals) => globals,
        Err(error) => return error::print_usage_error(false, error),
    };
    let settings = match Settings::read(&globals) {
        Ok(settings) => settings,
        Err(fault) => {
            return error::print_fault(&Out::new(&globals, None), &fault, HintReader::unknown);
        }
    };
    let out = Out::new(&globals, Some(&settings));
    let mut cli = Cli::new(globals, settings, out);
    cli.components = parts;
    let code = match dispatch(matches, &cli) {
        Ok(code) => code,
        Err(Fault::OutputClosed) => 0,
        Err(fault) => error::print_fault(&cli.out, &fault, || cli.hint_reader()),
    };
    // The process ends here. Closing the database would only take time: commits
    // are durable, and the kernel releases the locks.
    std::mem::forget(cli);
    code
}

fn dispatch(matches: &ArgMatches, cli: &Cli) -> Result<u8, Fault> {
    let (name, of_noun) = matches
        .subcommand()
        .ok_or_else(|| Fault::internal("no command was given"))?;
    let noun = commands::ALL
        .iter()
        .find(|noun| noun.name == name)
        .ok_or_else(|| Fault::internal("an unknown command was given"))?;
    (noun.run)(of_noun, cli)
}

/// Whether the arguments contain `-o json` or `jsonl`, for usage errors.
fn is_json_requested(arguments: &[OsString]) -> bool {
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
