//! Selects the events to archive and divides them into files.

use crate::ReadView;
use crate::log::filter::store_timezone;
use lac_ledger::archive_builder::PlannedArchive;
use lac_ledger::event_log::read_event;
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::time::{CalendarUnit, Timestamp};
use lac_store::Result;

/// The time before which events are archived, and the files for them, oldest
/// first: one for each day, week or month with events, in the store's time
/// zone.
pub(super) fn plan_pieces(view: &ReadView<'_>) -> Result<(Timestamp, Vec<PlannedArchive>)> {
    let zone = store_timezone(view)?;
    let span = rotation_span(view)?;
    let lifetime = rotation_lifetime(view)?;
    let (before, _) = span.bounds_around(view.now.saturating_sub(lifetime), zone);
    let archived = view.read.audit_archives()?;
    let mut first = archived.last().map_or(0, |archive| archive.last) + 1;
    let end = view.read.audit_first_seq_since(first, before)?;
    let mut pieces = Vec::new();
    while first < end {
        let since = time_of_event(view, first)?;
        let (day, beyond) = span.bounds_around(since, zone);
        let next = view
            .read
            .audit_first_seq_since(first, beyond)?
            .clamp(first + 1, end);
        let last = next - 1;
        let date = &day.format_in(zone)[..10];
        pieces.push(PlannedArchive {
            name: format!(
                "log-{date}-{first:09}-{last:09}{}",
                lac_ledger::archive_builder::ARCHIVE_EXTENSION
            ),
            first,
            last,
            since,
            until: time_of_event(view, last)?,
        });
        first = next;
    }
    Ok((before, pieces))
}

fn rotation_span(view: &ReadView<'_>) -> Result<CalendarUnit> {
    let frequency = view.config.at_default(config::ROTATION_FREQUENCY)?.value;
    Ok(match frequency.as_deref() {
        Some("weekly") => CalendarUnit::Week,
        Some("monthly") => CalendarUnit::Month,
        _ => CalendarUnit::Day,
    })
}

fn rotation_lifetime(view: &ReadView<'_>) -> Result<std::time::Duration> {
    let days = view.config.at_default(config::ROTATION_LIFETIME)?.value;
    let days: u64 = days
        .as_deref()
        .unwrap_or("60")
        .parse()
        .map_err(Fault::internal)?;
    Ok(std::time::Duration::from_secs(days.saturating_mul(86_400)))
}

fn time_of_event(view: &ReadView<'_>, seq: u64) -> Result<Timestamp> {
    let missing = || lac_ledger::fault::log_tampered(format!("event {seq} is missing"));
    let stored = view.read.audit_event(seq)?.ok_or_else(missing)?;
    Ok(read_event(&stored)?.time)
}
