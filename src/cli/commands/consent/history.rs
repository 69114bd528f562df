//! `lac consent history`.

use clap::Args;

use super::CustomerArgs;
use super::change::format_until;
use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use lac_app::shop::consent::{ConsentHistory, ConsentHistoryEntry};
use lac_model::audit::Outcome;
use lac_model::bounded::IntoBoundedText;
use lac_render::column::Column;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    #[command(flatten)]
    target: CustomerArgs,
    #[command(flatten)]
    paging: Paging,
}

pub(super) fn history(args: &HistoryArgs, cli: &Cli) -> Result<()> {
    let customers = args.target.resolve(cli)?;
    cli.connect()?;
    paging::show_pages(cli, &args.paging, |part| {
        let request = ConsentHistory {
            customers: customers.clone(),
            website: args.target.website.clone().into_bounded()?,
            part,
        };
        cli.run(request)
    })
}

fn result_text(entry: &ConsentHistoryEntry) -> StyledText {
    match entry.result {
        Outcome::Success => StyledText::with_emphasis("success", Emphasis::Good),
        Outcome::Failure => StyledText::with_emphasis("failure", Emphasis::Bad),
    }
}

impl TableRow for ConsentHistoryEntry {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("seq", "seq", |row, _| row.seq.to_string().into()),
        Column::new("time", "time", |row, style| {
            style.short_time(row.time).into()
        }),
        Column::new("action", "action", |row, _| (&row.action).into()),
        Column::new("result", "result", |row, _| result_text(row)),
        Column::new("admin", "by", |row, _| {
            row.admin.as_ref().or(row.storefront.as_ref()).into()
        }),
        Column::new("source", "source", |row, _| (&row.source).into()),
        Column::hidden("storefront"),
        Column::new("customer_id", "customer", |row, _| {
            row.customer_id.map(|id| id.to_string()).into()
        }),
        Column::hidden("customer_email"),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::hidden("before"),
        Column::hidden("after"),
        Column::new("until", "until", |row, style| {
            format_until(row.until, style)
        }),
        Column::new("reason", "reason", |row, _| (&row.reason).into()),
    ];
}
