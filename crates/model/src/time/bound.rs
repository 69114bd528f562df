//! The bounds of a filter by time: `--since` and `--until`.
//!
//! A range contains its start and not its end: `since <= t < until`. Users
//! expect that `--until` includes what they write, so its bound is the end of
//! that day, period, minute or second.

use std::time::Duration;

use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;

use super::parse::{ParsedTime, Precision, parse_iso};
use super::zone::{LocalInstant, day_start, resolve_local};
use super::{InvalidTime, Timestamp, parse_duration};

const EXPECTED: &str = "a date (2026-10-25), a time (2026-10-25T10:30, with a zone or in the \
    store's), today, yesterday, this-week, last-week, this-month, last-month, or a length of \
    time ago (2h, 7d)";

/// Which end of a range a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The first instant in the range.
    Since,
    /// The first instant after the range.
    Until,
}

/// Reads one end of a range. Times without an offset are local times in `tz`.
///
/// | text | since | until (exclusive) |
/// | --- | --- | --- |
/// | `2026-10-25` | start of that local day | start of the next one |
/// | `today` `yesterday` `this-week` (from Monday) `last-week` `this-month` `last-month` | start of the period | its end |
/// | `2h`, `7d` | exactly so long before `now` | the same |
/// | `2026-10-25T10:30` | that instant | a minute later |
/// | `…T10:30:00` | that instant | a second later |
/// | `…T10:30:00.5` | that instant | a microsecond later |
///
/// A time may have `Z` or an offset, and a space instead of `T`. If clocks show
/// a local time twice, `--since` means the first and `--until` the second. If
/// clocks skip it, both mean the first instant after the gap. A local day has
/// 23 to 25 hours and begins when its date does, which may be at 01:00.
pub fn parse_bound(
    text: &str,
    tz: Tz,
    now: Timestamp,
    edge: Edge,
) -> Result<Timestamp, InvalidTime> {
    if let Some((first, beyond)) = parse_period(text, tz, now) {
        return Ok(day_start(
            tz,
            if edge == Edge::Since { first } else { beyond },
        ));
    }
    if let Ok(length) = parse_duration(text, None) {
        return Ok(now.saturating_sub(length));
    }
    parse_iso(text)
        .and_then(|written| bound_from_parts(written, tz, edge))
        .ok_or_else(|| InvalidTime::new(text, EXPECTED))
}

/// The first day of the period that `text` names, and the first day after it.
fn parse_period(text: &str, tz: Tz, now: Timestamp) -> Option<(NaiveDate, NaiveDate)> {
    let today = now.to_chrono().with_timezone(&tz).date_naive();
    let (day, week, month) = (Days::new(1), Days::new(7), Months::new(1));
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let first = today - Days::new(u64::from(today.day0()));
    Some(match text {
        "today" => (today, today + day),
        "yesterday" => (today - day, today),
        "this-week" => (monday, monday + week),
        "last-week" => (monday - week, monday),
        "this-month" => (first, first + month),
        "last-month" => (first - month, first),
        _ => {
            let written = parse_iso(text).filter(|written| written.precision == Precision::Day)?;
            (written.local.date(), written.local.date() + day)
        }
    })
}

fn bound_from_parts(written: ParsedTime, tz: Tz, edge: Edge) -> Option<Timestamp> {
    let unit = match (edge, written.precision) {
        (Edge::Since, _) => Duration::ZERO,
        (Edge::Until, Precision::Fraction) => Duration::from_micros(1),
        (Edge::Until, Precision::Second) => Duration::from_secs(1),
        (Edge::Until, Precision::Minute | Precision::Day) => Duration::from_secs(60),
    };
    if written.offset.is_some() {
        return Some(written.instant()?.saturating_add(unit));
    }
    Some(match (resolve_local(tz, written.local), edge) {
        (LocalInstant::Unique(time), _)
        | (LocalInstant::Ambiguous(time, _), Edge::Since)
        | (LocalInstant::Ambiguous(_, time), Edge::Until) => time.saturating_add(unit),
        // A time that was skipped has no minute or second to include.
        (LocalInstant::Skipped(after), _) => after,
    })
}

#[cfg(test)]
mod tests;
