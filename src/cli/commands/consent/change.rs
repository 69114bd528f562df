//! `lac consent grant` and `revoke`.

use clap::Args;

use super::Who;
use crate::app::consent::{Change, Changed, Limit};
use crate::cli::commands::changes::ended;
use crate::cli::input;
use crate::cli::shop::Shop;
use crate::domain::fault::Fault;
use crate::domain::form::OptionalText;
use crate::domain::time::{Timestamp, parse_duration};
use crate::render::Look;
use crate::render::list::{Column, Row, Text};
use crate::store::Result;

#[derive(Debug, Args)]
pub struct ChangeArgs {
    #[command(flatten)]
    who: Who,
    /// Why; kept in the log (- reads stdin)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct GrantArgs {
    #[command(flatten)]
    change: ChangeArgs,
    /// How long the grant is for: 7d, 2h
    #[arg(long = "for", value_name = "TIME", allow_hyphen_values = true)]
    length: Option<String>,
    /// When the grant ends: a date (included) or a time
    #[arg(long, value_name = "TIME", conflicts_with = "length")]
    until: Option<String>,
}

pub fn grant(args: GrantArgs, shop: &Shop) -> Result<()> {
    let limit = match (args.length, args.until) {
        (Some(text), _) => {
            let length = parse_duration(&text, None);
            Some(Limit::For(length.map_err(|e| Fault::invalid("--for", e))?))
        }
        (None, Some(text)) => Some(Limit::Until(text.try_into()?)),
        (None, None) => None,
    };
    change(args.change, true, limit, shop)
}

pub fn revoke(args: ChangeArgs, shop: &Shop) -> Result<()> {
    change(args, false, None, shop)
}

fn change(args: ChangeArgs, granted: bool, limit: Option<Limit>, shop: &Shop) -> Result<()> {
    let named = args.who.customers.iter().chain(&args.reason);
    input::one_stdin(named.map(String::as_str))?;
    let request = Change {
        granted,
        customers: args.who.named(shop)?,
        website: args.who.website.formed()?,
        reason: input::optional("--reason", args.reason.as_deref())?.formed()?,
        limit,
    };
    let changed = shop.run(request)?;
    shop.list(&changed)?;
    ended(shop, changed.iter().map(|one| one.sessions_ended).sum());
    Ok(())
}

/// When a grant ends by itself; nothing where it does not.
pub fn until(time: Option<Timestamp>, look: &Look) -> Text {
    let time = time.map(|time| look.short_time(time));
    time.unwrap_or_default().into()
}

impl Row for Changed {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "customer_id",
            title: "id",
        },
        Column {
            field: "email",
            title: "e-mail",
        },
        Column {
            field: "website",
            title: "website",
        },
        Column {
            field: "consent",
            title: "consent",
        },
        Column {
            field: "until",
            title: "until",
        },
        Column {
            field: "changed",
            title: "changed",
        },
        Column {
            field: "sessions_ended",
            title: "",
        },
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            self.customer_id.to_string().into(),
            self.email.clone().into(),
            self.website.clone().into(),
            self.consent.clone().into(),
            until(self.until, look),
            Text::yes_no(self.changed),
        ]
    }
}
