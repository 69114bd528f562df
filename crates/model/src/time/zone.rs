//! From a local time to the instant, including when clocks change.

use chrono::offset::LocalResult;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::{GapInfo, Tz};

use super::Timestamp;

/// The instants at which clocks show a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalInstant {
    Unique(Timestamp),
    /// Clocks went back and showed it at both instants.
    Ambiguous(Timestamp, Timestamp),
    /// Clocks went forward and never showed it. Contains the first instant
    /// after the gap.
    Skipped(Timestamp),
}

/// The instants at which clocks in `tz` show `local`.
pub(super) fn resolve_local(tz: Tz, local: NaiveDateTime) -> LocalInstant {
    match tz.from_local_datetime(&local) {
        LocalResult::Single(time) => LocalInstant::Unique(Timestamp::from_chrono(&time)),
        LocalResult::Ambiguous(a, b) => {
            let (a, b) = (Timestamp::from_chrono(&a), Timestamp::from_chrono(&b));
            LocalInstant::Ambiguous(a.min(b), a.max(b))
        }
        LocalResult::None => LocalInstant::Skipped(
            GapInfo::new(&local, &tz)
                .and_then(|gap| gap.end)
                .map_or_else(|| as_utc(local), |end| Timestamp::from_chrono(&end)),
        ),
    }
}

/// The first instant of the local day: midnight, or the end of the gap if
/// clocks skip midnight. The day ends where the next one begins, after 23, 24
/// or 25 hours (or immediately, if the whole day was skipped).
pub(super) fn day_start(tz: Tz, date: NaiveDate) -> Timestamp {
    match resolve_local(tz, date.and_time(NaiveTime::MIN)) {
        LocalInstant::Unique(time)
        | LocalInstant::Ambiguous(time, _)
        | LocalInstant::Skipped(time) => time,
    }
}

fn as_utc(local: NaiveDateTime) -> Timestamp {
    Timestamp::from_chrono(&local.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America, Europe, Pacific};

    fn hours(tz: Tz, (year, month, day): (i32, u32, u32)) -> u64 {
        let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let next = day_start(tz, date.succ_opt().unwrap());
        next.duration_since(day_start(tz, date)).as_secs() / 3600
    }

    #[test]
    fn days_have_23_to_25_hours() {
        assert_eq!(hours(Europe::Berlin, (2026, 3, 29)), 23);
        assert_eq!(hours(Europe::Berlin, (2026, 10, 25)), 25);
        assert_eq!(hours(Europe::Berlin, (2026, 10, 26)), 24);
        // Clocks change at midnight: forward from 00:00, back to 23:00.
        assert_eq!(hours(America::Sao_Paulo, (2018, 11, 4)), 23);
        assert_eq!(hours(America::Sao_Paulo, (2018, 2, 17)), 25);
        assert_eq!(hours(America::Sao_Paulo, (2018, 2, 18)), 24);
        // Back from 01:00 to 00:00: midnight occurs twice, and the first one
        // counts.
        assert_eq!(hours(America::Havana, (2025, 11, 2)), 25);
        assert_eq!(hours(America::Havana, (2025, 11, 1)), 24);
        // Samoa skipped this day to cross the date line.
        assert_eq!(hours(Pacific::Apia, (2011, 12, 30)), 0);
    }

    #[test]
    fn a_day_may_begin_at_one() {
        let date = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        let start = day_start(America::Sao_Paulo, date);
        assert_eq!(
            start.format_in(America::Sao_Paulo),
            "2018-11-04 01:00:00 -02"
        );
    }
}
