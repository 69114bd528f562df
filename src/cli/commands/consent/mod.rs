//! `lac consent …`.

mod asks;
mod change;
mod history;
mod own;
mod show;

use clap::{ArgMatches, Args, Subcommand};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::runner::Cli;
use crate::cli::{customer_picker, input};
use lac_app::shop::consent::AskDecision;
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
    #[command(
        after_help = "Example:\n  lac consent show jane@example.com --website eu\n\n\
        With a storefront's token: what the customer with this id sees in their account."
    )]
    Show(CustomerArgs),
    /// Grant consent on behalf of customers, all or none of them
    #[command(after_help = "Examples:\n  \
        lac consent grant 42 43 --reason 'asked on the phone'\n  \
        lac consent grant jane@example.com --for 7d\n  \
        lac consent grant 42 --until 2026-12-24\n\n\
        With a storefront's token: the customer with this id grants it.")]
    Grant(change::GrantArgs),
    /// Revoke consent and end the open sessions of these customers
    #[command(after_help = "Example:\n  lac consent revoke - < ids.txt\n\n\
        With a storefront's token: the customer with this id revokes it.")]
    Revoke(change::ChangeArgs),
    /// Ask a customer to allow logins for some time; they answer on the storefront
    #[command(after_help = "Example:\n  lac consent ask 42 --for 24h --ticket ZD-4711")]
    Ask(asks::AskArgs),
    /// List your asks, newest first; with a storefront's token, a customer's open
    /// ask
    #[command(after_help = "Example:\n  lac consent asks 42")]
    Asks(asks::AsksArgs),
    /// Pass on a customer's yes to an ask (with a storefront's token)
    #[command(after_help = "Example:\n  lac consent allow 3f0c9d1a2b4c5d6e --customer 42")]
    Allow(asks::AnswerArgs),
    /// Pass on a customer's no to an ask (with a storefront's token)
    #[command(after_help = "Example:\n  lac consent deny 3f0c9d1a2b4c5d6e --customer 42")]
    Deny(asks::AnswerArgs),
    /// Withdraw your own ask
    #[command(after_help = "Example:\n  lac consent withdraw 3f0c9d1a2b4c5d6e")]
    Withdraw(asks::WithdrawArgs),
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
        ConsentCommand::Ask(args) => asks::ask(args, cli)?,
        ConsentCommand::Asks(args) => asks::asks(args, cli)?,
        ConsentCommand::Allow(args) => asks::answer(&args, AskDecision::Allow, cli)?,
        ConsentCommand::Deny(args) => asks::answer(&args, AskDecision::Deny, cli)?,
        ConsentCommand::Withdraw(args) => asks::withdraw(&args, cli)?,
        ConsentCommand::History(args) => history::history(&args, cli)?,
    }
    Ok(0)
}
