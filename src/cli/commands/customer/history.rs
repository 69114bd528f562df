//! `lac customer history`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use crate::cli::{paging, pick};
use lac_app::customers::{History, Visit};
use lac_model::form::OptionalText;
use lac_model::session::SessionState;
use lac_model::time::length;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_store::Result;

#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// An id or e-mail address (- reads stdin); on a terminal, nothing to
    /// search for one
    customer: Option<String>,
    /// The website, where the address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

pub fn history(args: &HistoryArgs, shop: &Shop) -> Result<()> {
    let (customer, website) = (args.customer.as_deref(), args.website.as_deref());
    let customer = pick::named_or_picked(shop, customer, website)?;
    shop.ready()?;
    paging::show(shop, &args.paging, |part| {
        let request = History {
            customer: customer.clone().try_into()?,
            website: args.website.clone().formed()?,
            part,
        };
        shop.run(request)
    })
}

/// Why it ended, or where it stands.
fn end(visit: &Visit) -> Text {
    let words = |word: &str| word.replace('_', " ");
    match (visit.state, visit.end_cause) {
        (SessionState::Active, _) => Text::toned("in the account now", Tone::Warning),
        (SessionState::Issued, _) => Text::toned("link not used yet", Tone::Warning),
        (_, Some(cause)) => words(cause.as_str()).into(),
        (state, None) => words(state.as_str()).into(),
    }
}

impl Tabled for Visit {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("session_id"),
        Column::hidden("state"),
        Column::new("issued_at", "when", |row, look| {
            look.short_time(row.opened_at.unwrap_or(row.issued_at))
                .into()
        }),
        Column::hidden("opened_at"),
        Column::hidden("ended_at"),
        Column::new("end_cause", "end", |row, _| end(row)),
        Column::new("duration_seconds", "for", |row, _| {
            row.duration_seconds
                .map_or_else(|| "–".to_owned(), length)
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
