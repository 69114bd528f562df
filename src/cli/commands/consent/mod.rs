//! `lac consent …`.

mod change;
mod history;
mod show;

use clap::{ArgMatches, Args, Subcommand};

use super::{Noun, parsed, verbs};
use crate::cli::shop::Shop;
use crate::cli::{input, pick};
use lac_model::form::{BoundedList, MANY, ShortText};
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "consent",
    about: "Customers' consent: Allow remote shopping assistance",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show customers' consent, and how they are asked for it
    #[command(after_help = "Example:\n  lac consent show jane@example.com --website eu")]
    Show(Who),
    /// Grant it on behalf of customers, all or none of them
    #[command(after_help = "Examples:\n  \
        lac consent grant 42 43 --reason 'asked on the phone'\n  \
        lac consent grant jane@example.com --for 7d\n  \
        lac consent grant 42 --until 2026-12-24")]
    Grant(change::GrantArgs),
    /// Revoke it; open sessions of these customers end
    #[command(after_help = "Example:\n  lac consent revoke - < ids.txt")]
    Revoke(change::ChangeArgs),
    /// Show who changed it, when and how, newest first
    #[command(after_help = "Example:\n  lac consent history 42 -o json")]
    History(history::HistoryArgs),
}

/// Customers, by id or e-mail address.
#[derive(Debug, Args)]
pub struct Who {
    /// Ids or e-mail addresses (- reads them from stdin, one a line); on a
    /// terminal, nothing to search for one
    #[arg(value_name = "CUSTOMER")]
    customers: Vec<String>,
    /// The website, where an address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
}

impl Who {
    fn named(&self, shop: &Shop) -> Result<BoundedList<ShortText, MANY>> {
        if self.customers.is_empty() {
            let picked = pick::named_or_picked(shop, None, self.website.as_deref())?;
            return BoundedList::read("CUSTOMER", [picked], ShortText::new);
        }
        input::one_stdin(self.customers.iter().map(String::as_str))?;
        let named = input::words_or_lines("CUSTOMER", &self.customers)?;
        BoundedList::read("CUSTOMER", named, ShortText::new)
    }
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::Show(args) => show::show(&args, shop)?,
        Verb::Grant(args) => change::grant(args, shop)?,
        Verb::Revoke(args) => change::revoke(args, shop)?,
        Verb::History(args) => history::history(&args, shop)?,
    }
    Ok(0)
}
