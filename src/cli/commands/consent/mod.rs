//! `lac consent …`.

mod change;
mod history;
mod show;

use clap::{ArgMatches, Args, Subcommand};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::runner::Cli;
use crate::cli::{customer_picker, input};
use lac_model::bounded::{BoundedList, MAX_IDS_PER_REQUEST, ShortText};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "consent",
    about: "Manage customers' consent (Allow remote shopping assistance)",
    arguments: with_subcommands::<ConsentCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum ConsentCommand {
    /// Show customers' consent and how they are asked for it
    #[command(after_help = "Example:\n  lac consent show jane@example.com --website eu")]
    Show(CustomerArgs),
    /// Grant consent on behalf of customers, all or none of them
    #[command(after_help = "Examples:\n  \
        lac consent grant 42 43 --reason 'asked on the phone'\n  \
        lac consent grant jane@example.com --for 7d\n  \
        lac consent grant 42 --until 2026-12-24")]
    Grant(change::GrantArgs),
    /// Revoke consent and end the open sessions of these customers
    #[command(after_help = "Example:\n  lac consent revoke - < ids.txt")]
    Revoke(change::ChangeArgs),
    /// Show who changed consent, when and how, newest first
    #[command(after_help = "Example:\n  lac consent history 42 -o json")]
    History(history::HistoryArgs),
}

#[derive(Debug, Args)]
pub(super) struct CustomerArgs {
    /// Ids or e-mail addresses (- reads them from stdin, one per line) [default:
    /// search, on a terminal]
    #[arg(value_name = "CUSTOMER")]
    customers: Vec<String>,
    /// The website, if an address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
}

impl CustomerArgs {
    fn resolve(&self, cli: &Cli) -> Result<BoundedList<ShortText, MAX_IDS_PER_REQUEST>> {
        if self.customers.is_empty() {
            let selected = customer_picker::named_or_prompted(cli, None, self.website.as_deref())?;
            return BoundedList::parse("CUSTOMER", [selected], ShortText::new);
        }
        input::check_single_stdin(self.customers.iter().map(String::as_str))?;
        let named = input::values_or_stdin_lines("CUSTOMER", &self.customers)?;
        BoundedList::parse("CUSTOMER", named, ShortText::new)
    }
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        ConsentCommand::Show(args) => show::show(&args, cli)?,
        ConsentCommand::Grant(args) => change::grant(args, cli)?,
        ConsentCommand::Revoke(args) => change::revoke(args, cli)?,
        ConsentCommand::History(args) => history::history(&args, cli)?,
    }
    Ok(0)
}
