//! `--since` and `--until`: the bounds of a filter by time.
//!
//! Inside, a range holds its start and not its end: `since <= t < until`. What
//! people write is meant as they read it, so an until bound *includes* all of
//! what was written: the day, the period, the minute, the second.

use std::time::Duration;

use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;

use super::parse::{ParsedTime, Precision, parse_iso};
use super::zone::{LocalInstant, day_start, resolve_local};
use super::{InvalidTime, Timestamp, parse_duration};

const EXPECTED: &str = "a date (2026-10-25), a time (2026-10-25T10:30, with a zone or in the \
    store's), today, yesterday, this-week, last-week, this-month, last-month, or a length of \
    time ago (2h, 7d)";

/// Which end of a range a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The first instant within.
    Since,
    /// The first instant beyond.
    Until,
}

/// Reads one bound of a range, local forms in `tz`.
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
/// Times may carry `Z` or an offset, and a space for the `T`. A local time that
/// clocks showed twice is the earlier one for since, the later one for until;
/// one that they skipped is the first instant after the gap, for both. A local
/// day has 23 to 25 hours and starts when its date does, be it at 01:00.
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
        // Nothing happened in a minute that never was: no unit to include.
        (LocalInstant::Skipped(after), _) => after,
    })
}

#[cfg(test)]
mod tests;
