//! Which events are old enough, and how they are divided into files.

use crate::View;
use crate::log::filter::zone;
use lac_ledger::archive_file::Piece;
use lac_ledger::log::read;
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::time::{Span, Timestamp};
use lac_store::Result;

/// The time before which events go, and the files for them, oldest first: one
/// for each day, week or month of the store's timezone that has events.
///
/// # Errors
/// Only the store's own.
pub fn pieces(view: &View<'_>) -> Result<(Timestamp, Vec<Piece>)> {
    let zone = zone(view)?;
    let span = span(view)?;
    let lifetime = days(view)?;
    let (before, _) = span.around(view.now.minus(lifetime), zone);
    let archived = view.read.audit_archives()?;
    let mut first = archived.last().map_or(0, |archive| archive.last) + 1;
    let end = view.read.audit_seq_at(first, before)?;
    let mut pieces = Vec::new();
    while first < end {
        let since = time_of(view, first)?;
        let (day, beyond) = span.around(since, zone);
        let next = view.read.audit_seq_at(first, beyond)?.clamp(first + 1, end);
        let last = next - 1;
        let date = &day.format_in(zone)[..10];
        pieces.push(Piece {
            name: format!(
                "log-{date}-{first:09}-{last:09}{}",
                lac_ledger::archive_file::ENDING
            ),
            first,
            last,
            since,
            until: time_of(view, last)?,
        });
        first = next;
    }
    Ok((before, pieces))
}

fn span(view: &View<'_>) -> Result<Span> {
    let frequency = view.config.default(config::ROTATION_FREQUENCY)?.value;
    Ok(match frequency.as_deref() {
        Some("weekly") => Span::Week,
        Some("monthly") => Span::Month,
        _ => Span::Day,
    })
}

fn days(view: &View<'_>) -> Result<std::time::Duration> {
    let days = view.config.default(config::ROTATION_LIFETIME)?.value;
    let days: u64 = days
        .as_deref()
        .unwrap_or("60")
        .parse()
        .map_err(Fault::internal)?;
    Ok(std::time::Duration::from_secs(days.saturating_mul(86_400)))
}

fn time_of(view: &View<'_>, seq: u64) -> Result<Timestamp> {
    let missing = || lac_ledger::fault::tampered(format!("event {seq} is missing"));
    let stored = view.read.audit_event(seq)?.ok_or_else(missing)?;
    Ok(read(&stored)?.time)
}
