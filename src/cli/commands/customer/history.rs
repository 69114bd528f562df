//! `lac customer history`.

use clap::Args;

use crate::app::customers::{History, Visit};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::cli::{paging, pick};
use crate::domain::form::OptionalText;
use crate::domain::session::SessionState;
use crate::domain::time::length;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::store::Result;

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

const fn column(field: &'static str, title: &'static str) -> Column {
    Column { field, title }
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

impl Row for Visit {
    const COLUMNS: &'static [Column] = &[
        column("session_id", ""),
        column("state", ""),
        column("issued_at", "when"),
        column("opened_at", ""),
        column("ended_at", ""),
        column("end_cause", "end"),
        column("duration_seconds", "for"),
        column("admin", "by"),
        column("admin_full_name", ""),
        column("website", ""),
        column("store_view", "view"),
        column("document", ""),
        column("reason", "reason"),
        column("ticket", "ticket"),
        column("consent", ""),
        column("approved_by", "approved"),
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        let text = |text: &Option<String>| Text::from(text.clone().unwrap_or_default());
        let by = self.admin_full_name.as_ref().unwrap_or(&self.admin);
        vec![
            look.short_time(self.opened_at.unwrap_or(self.issued_at))
                .into(),
            end(self),
            self.duration_seconds
                .map_or_else(|| "–".to_owned(), length)
                .into(),
            by.clone().into(),
            text(&self.store_view),
            text(&self.reason),
            text(&self.ticket),
            text(&self.approved_by),
        ]
    }
}
