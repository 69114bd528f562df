//! `lac consent grant` and `revoke`.

use clap::Args;

use super::CustomerArgs;
use crate::cli::change_notes::print_sessions_ended;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use crate::cli::{hooks, input};
use lac_app::shop::consent::{ConsentChange, ConsentChangeAnswer, ConsentChanged, GrantLimit};
use lac_model::bounded::IntoBoundedText;
use lac_model::fault::Fault;
use lac_model::time::{Timestamp, parse_duration};
use lac_render::Style;
use lac_render::column::Column;
use lac_render::styled_text::StyledText;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    #[command(flatten)]
    target: CustomerArgs,
    /// The reason, for the log (- reads stdin)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct GrantArgs {
    #[command(flatten)]
    change: ChangeArgs,
    /// How long the consent is valid, such as 7d or 2h
    #[arg(long = "for", value_name = "TIME", allow_hyphen_values = true)]
    length: Option<String>,
    /// When the consent ends: a date (inclusive) or a time
    #[arg(long, value_name = "TIME", conflicts_with = "length")]
    until: Option<String>,
}

pub(super) fn grant(args: GrantArgs, cli: &Cli) -> Result<()> {
    let limit = match (args.length, args.until) {
        (Some(text), _) => {
            let length = parse_duration(&text, None);
            Some(GrantLimit::For(
                length.map_err(|e| Fault::invalid("--for", e))?,
            ))
        }
        (None, Some(text)) => Some(GrantLimit::Until(text.try_into()?)),
        (None, None) => None,
    };
    change(args.change, true, limit, cli)
}

pub(super) fn revoke(args: ChangeArgs, cli: &Cli) -> Result<()> {
    change(args, false, None, cli)
}

fn change(args: ChangeArgs, granted: bool, limit: Option<GrantLimit>, cli: &Cli) -> Result<()> {
    let named = args.target.customers.iter().chain(&args.reason);
    input::check_single_stdin(named.map(String::as_str))?;
    let request = ConsentChange {
        granted,
        customers: args.target.resolve(cli)?,
        website: args.target.website.into_bounded()?,
        reason: input::optional_text("--reason", args.reason.as_deref())?.into_bounded()?,
        limit,
    };
    match cli.run(request)? {
        ConsentChangeAnswer::Customers(changed) => {
            cli.print_list(&changed)?;
            print_sessions_ended(cli, changed.iter().map(|one| one.sessions_ended).sum());
        }
        ConsentChangeAnswer::Own(changed) => cli.print_view(&*changed)?,
    }
    hooks::deliver_notices(cli);
    Ok(())
}

/// When the consent expires, if it does.
pub(super) fn format_until(time: Option<Timestamp>, style: &Style) -> StyledText {
    time.map(|time| style.short_time(time)).into()
}

impl TableRow for ConsentChanged {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("customer_id", "id", |row, _| {
            row.customer_id.to_string().into()
        }),
        Column::new("email", "e-mail", |row, _| (&row.email).into()),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::new("consent", "consent", |row, _| (&row.consent).into()),
        Column::new("until", "until", |row, style| {
            format_until(row.until, style)
        }),
        Column::new("changed", "changed", |row, _| {
            StyledText::yes_no(row.changed)
        }),
        Column::hidden("sessions_ended"),
    ];
}
