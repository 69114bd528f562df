//! `lac consent grant` and `revoke`.

use clap::Args;

use super::Who;
use crate::cli::commands::changes::ended;
use crate::cli::input;
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use lac_app::consent::{Change, Changed, Limit};
use lac_model::fault::Fault;
use lac_model::form::OptionalText;
use lac_model::time::{Timestamp, parse_duration};
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::Text;
use lac_store::Result;

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
    time.map(|time| look.short_time(time)).into()
}

impl Tabled for Changed {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("customer_id", "id", |row, _| {
            row.customer_id.to_string().into()
        }),
        Column::new("email", "e-mail", |row, _| (&row.email).into()),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::new("consent", "consent", |row, _| (&row.consent).into()),
        Column::new("until", "until", |row, look| until(row.until, look)),
        Column::new("changed", "changed", |row, _| Text::yes_no(row.changed)),
        Column::hidden("sessions_ended"),
    ];
}
