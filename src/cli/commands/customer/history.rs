//! `lac customer history`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use crate::cli::{customer_picker, paging};
use lac_app::core::page::Page;
use lac_app::shop::consent::{AccessVisit, CustomerAccessHistory};
use lac_app::shop::customers::{CustomerHistory, CustomerVisit};
use lac_model::bounded::IntoBoundedText;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::session::SessionState;
use lac_model::time::format_duration;
use lac_render::column::Column;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// Id or e-mail address (- reads stdin) [default: search, on a terminal]
    customer: Option<String>,
    /// The website, if the address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

pub(super) fn history(args: &HistoryArgs, cli: &Cli) -> Result<()> {
    let (customer, website) = (args.customer.as_deref(), args.website.as_deref());
    let customer = customer_picker::named_or_prompted(cli, customer, website)?;
    cli.connect()?;
    if cli.is_storefront() {
        return own_history(&customer, &args.paging, cli);
    }
    paging::show_pages(cli, &args.paging, |part| {
        let request = CustomerHistory {
            customer: customer.clone().try_into()?,
            website: args.website.clone().into_bounded()?,
            part,
        };
        cli.run(request)
    })
}

/// With a storefront's token: what the customer with this id sees.
fn own_history(customer: &str, paging: &Paging, cli: &Cli) -> Result<()> {
    let customer: CustomerId = customer
        .trim()
        .parse()
        .map_err(|e| Fault::invalid("CUSTOMER", e))?;
    paging::show_pages(cli, paging, |part| {
        let page = cli.run(CustomerAccessHistory { customer, part })?;
        Ok(Page {
            rows: page.visits,
            next: page.next,
            left_out: 0,
        })
    })
}

/// Why the session ended, or its state.
fn end_text(visit: &CustomerVisit) -> StyledText {
    let words = |word: &str| word.replace('_', " ");
    match (visit.state, visit.end_cause) {
        (SessionState::Active, _) => {
            StyledText::with_emphasis("in the account now", Emphasis::Warning)
        }
        (SessionState::Issued, _) => {
            StyledText::with_emphasis("link not used yet", Emphasis::Warning)
        }
        (_, Some(cause)) => words(cause.as_str()).into(),
        (state, None) => words(state.as_str()).into(),
    }
}

impl TableRow for CustomerVisit {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("session_id"),
        Column::hidden("state"),
        Column::new("issued_at", "when", |row, style| {
            style
                .short_time(row.opened_at.unwrap_or(row.issued_at))
                .into()
        }),
        Column::hidden("opened_at"),
        Column::hidden("ended_at"),
        Column::new("end_cause", "end", |row, _| end_text(row)),
        Column::new("duration_seconds", "for", |row, _| {
            row.duration_seconds
                .map_or_else(|| "–".to_owned(), format_duration)
                .into()
        }),
        Column::new("admin", "by", |row, _| {
            row.admin_full_name.as_ref().unwrap_or(&row.admin).into()
        }),
        Column::hidden("admin_full_name"),
        Column::hidden("website"),
        Column::new("store_view", "view", |row, _| (&row.store_view).into()),
        Column::hidden("document"),
        Column::new("reason", "reason", |row, _| (&row.reason).into()),
        Column::new("ticket", "ticket", |row, _| (&row.ticket).into()),
        Column::hidden("consent"),
        Column::new("approved_by", "approved", |row, _| {
            (&row.approved_by).into()
        }),
    ];
}

impl TableRow for AccessVisit {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("started_at", "when", |row, style| {
            style.short_time(row.started_at).into()
        }),
        Column::hidden("ended_at"),
        Column::new("duration", "for", |row, _| {
            row.duration
                .map_or_else(|| "–".to_owned(), format_duration)
                .into()
        }),
        Column::new("state", "state", |row, _| row.state.as_str().into()),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::hidden("website_name"),
        Column::new("read_only", "read-only", |row, _| {
            StyledText::yes_no(row.read_only)
        }),
        Column::new("actions", "done", |row, _| {
            let done = row.actions.iter().map(|one| one.action.action().name());
            done.collect::<Vec<_>>().join(", ").into()
        }),
        Column::hidden("admin"),
        Column::hidden("admin_full_name"),
        Column::hidden("reason"),
        Column::hidden("ticket"),
    ];
}
