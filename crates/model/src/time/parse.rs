//! Parses dates and times, also those in merchants' data files.

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

use super::{InvalidTime, Timestamp};

/// The smallest unit that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    Day,
    Minute,
    Second,
    Fraction,
}

/// A date, with an optional time and an optional offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ParsedTime {
    /// Midnight if only a date was written.
    pub local: NaiveDateTime,
    pub precision: Precision,
    /// `None` if no offset was written.
    pub offset: Option<Duration>,
}

impl ParsedTime {
    /// The instant; `None` if no offset was written.
    pub(super) fn instant(&self) -> Option<Timestamp> {
        let utc = self.local.checked_sub_signed(self.offset?)?;
        Timestamp::try_from_micros(utc.and_utc().timestamp_micros())
    }
}

/// Reads a time in a data file: RFC 3339, `2025-01-14 09:12:33`, `2025-01-14`
/// or `5/6/2012 15:53` (month first). Seconds and their fraction are optional.
/// A time without a zone is UTC, as in Adobe Commerce.
pub fn parse_lenient(text: &str) -> Result<Timestamp, InvalidTime> {
    let trimmed = text.trim();
    parse_iso(trimmed)
        .or_else(|| parse_month_first(trimmed))
        .map(|written| ParsedTime {
            offset: written.offset.or(Some(Duration::zero())),
            ..written
        })
        .and_then(|written| written.instant())
        .ok_or_else(|| {
            InvalidTime::new(
                text,
                "2025-01-14 09:12:33 (UTC), RFC 3339, or 5/6/2012 15:53",
            )
        })
}

/// The form of RFC 3339 with optional seconds, time and zone, and `T` or one
/// space before the time.
pub(super) fn parse_iso(text: &str) -> Option<ParsedTime> {
    if !text.is_ascii() {
        return None;
    }
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else {
        return Some(ParsedTime {
            local: parse_date(text, '-', [0, 1, 2])?.and_time(NaiveTime::MIN),
            precision: Precision::Day,
            offset: None,
        });
    };
    let (time, offset) = split_offset(time)?;
    let (time, precision) = parse_time(time)?;
    let local = parse_date(date, '-', [0, 1, 2])?.and_time(time);
    Some(ParsedTime {
        local,
        precision,
        offset,
    })
}

/// `5/6/2012 15:53`: what spreadsheets with American settings make of a time in
/// Adobe Commerce's export.
fn parse_month_first(text: &str) -> Option<ParsedTime> {
    let (date, time) = text
        .split_once(' ')
        .map_or((text, None), |(d, t)| (d, Some(t)));
    let (time, precision) = time.map_or(Some((NaiveTime::MIN, Precision::Day)), |time| {
        parse_time(time.trim_start())
    })?;
    let local = parse_date(date, '/', [2, 0, 1])?.and_time(time);
    Some(ParsedTime {
        local,
        precision,
        offset: None,
    })
}

/// `order` has the positions of year, month and day.
fn parse_date(text: &str, separator: char, order: [usize; 3]) -> Option<NaiveDate> {
    let parts: Vec<&str> = text.split(separator).collect();
    if parts.len() != 3 || parts[order[0]].len() != 4 {
        return None;
    }
    let [year, month, day] = order.map(|at| parse_number(parts[at], 4));
    NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month?, day?)
}

/// `15:53`, `15:53:07` or `15:53:07.25`.
fn parse_time(text: &str) -> Option<(NaiveTime, Precision)> {
    let mut parts = text.split(':');
    let (hour, minute) = (
        parse_number(parts.next()?, 2)?,
        parse_number(parts.next()?, 2)?,
    );
    let (rest, end) = (parts.next(), parts.next());
    let (second, micro, precision) = match rest.map(|rest| rest.split_once('.').ok_or(rest)) {
        None => (0, 0, Precision::Minute),
        Some(Err(second)) => (parse_number(second, 2)?, 0, Precision::Second),
        Some(Ok((second, fraction))) => {
            parse_number(fraction.get(..1)?, 1)?;
            let digits: String = fraction.chars().chain("00000".chars()).take(6).collect();
            let plain = fraction.bytes().all(|b| b.is_ascii_digit());
            (
                parse_number(second, 2)?,
                parse_number(&digits, 6).filter(|_| plain)?,
                Precision::Fraction,
            )
        }
    };
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micro)?;
    end.is_none().then_some((time, precision))
}

/// Splits `Z`, `+02:00` or `-0300` off the end of a time of day.
fn split_offset(time: &str) -> Option<(&str, Option<Duration>)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, Some(Duration::zero())));
    }
    let Some(at) = time.find(['+', '-']) else {
        return Some((time, None));
    };
    let digits = time[at + 1..].replacen(':', "", 1);
    let number = parse_number(&digits, 4).filter(|_| digits.len() == 4)?;
    let (hours, minutes) = (number / 100, number % 100);
    let length = Duration::minutes(i64::from(hours * 60 + minutes));
    let offset = if time[at..].starts_with('-') {
        -length
    } else {
        length
    };
    (hours < 24 && minutes < 60).then_some((&time[..at], Some(offset)))
}

/// Reads 1 to `max` ASCII digits.
fn parse_number(text: &str, max: usize) -> Option<u32> {
    let plain = text.len() <= max && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_of_data_files() {
        for (text, utc) in [
            ("2025-01-14 09:12:33", "2025-01-14T09:12:33.000000Z"),
            ("2025-01-14", "2025-01-14T00:00:00.000000Z"),
            ("2025-01-14T09:12", "2025-01-14T09:12:00.000000Z"),
            (" 2025-01-14 09:12:33.5 ", "2025-01-14T09:12:33.500000Z"),
            (
                "2025-01-14T09:12:33.1234567Z",
                "2025-01-14T09:12:33.123456Z",
            ),
            ("2025-01-14T09:12:33-03:30", "2025-01-14T12:42:33.000000Z"),
            ("2025-01-14 09:12:33+0100", "2025-01-14T08:12:33.000000Z"),
            ("5/6/2012 15:53", "2012-05-06T15:53:00.000000Z"),
            ("12/31/2012 5:03:07", "2012-12-31T05:03:07.000000Z"),
            ("5/6/2012", "2012-05-06T00:00:00.000000Z"),
        ] {
            assert_eq!(
                parse_lenient(text).map(|t| t.to_string()).as_deref(),
                Ok(utc),
                "{text}"
            );
        }
    }

    #[test]
    fn invalid_times_are_refused() {
        for text in [
            "",
            "now",
            "0000-00-00 00:00:00",
            "2025-02-30",
            "2025-13-01",
            "13/1/2012 10:00",
            "5/6/12 15:53",
            "25-01-14",
            "2025-01-14 24:00:00",
            "2025-01-14 09:12:33.",
            "2025-01-14 09",
            "2025-01-14T09:12+25:00",
            "2025-01-14T09:12+1:00",
            "+2025-01-14",
            "2025-01-14 9:12:3:4",
            "2025-01-14Z",
            "２０２５-01-14",
            "2025-01-14 09:12:33.5x",
            "0000-01-01",
        ] {
            assert!(parse_lenient(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), times in "[0-9TZ:. +/-]{0,30}") {
            let _ = parse_lenient(&text);
            let _ = parse_lenient(&times);
        }

        #[test]
        fn a_written_time_is_read_back(micros in Timestamp::MIN.micros()..=Timestamp::MAX.micros()) {
            let time = Timestamp::from_micros(micros);
            prop_assert_eq!(parse_lenient(&time.to_string()), Ok(time));
        }
    }
}
