//! Office hours: the local times on each weekday that are working time.

use super::calendar::{LocalTime, WEEKDAYS};

/// The working time of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfficeHours {
    /// Minutes after midnight: the start (included) and the end (excluded). If
    /// the end is not after the start, it is on the next day.
    from: u16,
    to: u16,
    /// The days on which work starts, from Monday.
    days: [bool; 7],
}

/// Why a text is not valid as hours or days.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOfficeHours {
    #[error("`{0}` names no hours; expected a start and an end, like 08:00-18:00")]
    Hours(String),
    #[error(
        "`{0}` names no days; expected weekdays or ranges of them, like mon-fri or mon,wed,sat"
    )]
    Days(String),
}

impl OfficeHours {
    pub const DEFAULT_HOURS: &'static str = "08:00-18:00";
    pub const DEFAULT_DAYS: &'static str = "mon-fri";

    /// Reads hours (`08:00-18:00`, `22:00-06:00` over midnight, `00:00-24:00`)
    /// and days (`mon-fri`, `sat-sun`, `mon,wed-fri`; English, three letters,
    /// in any case). If the hours end when they start, they are a whole day.
    pub fn parse(hours: &str, days: &str) -> Result<Self, InvalidOfficeHours> {
        let bad = || InvalidOfficeHours::Hours(hours.to_owned());
        let (from, to) = hours.split_once('-').ok_or_else(bad)?;
        let (from, to) = (
            parse_minute_of_day(from).ok_or_else(bad)?,
            parse_minute_of_day(to).ok_or_else(bad)?,
        );
        if from == 24 * 60 {
            return Err(bad());
        }
        let days = parse_weekdays(days).ok_or_else(|| InvalidOfficeHours::Days(days.to_owned()))?;
        Ok(Self { from, to, days })
    }

    /// Whether `at` is working time.
    pub fn contains(&self, at: LocalTime) -> bool {
        let minute = u16::from(at.hour) * 60 + u16::from(at.minute);
        let today = self.days[at.weekday];
        if self.from < self.to {
            return today && (self.from..self.to).contains(&minute);
        }
        let yesterday = self.days[(at.weekday + 6) % 7];
        (today && minute >= self.from) || (yesterday && minute < self.to)
    }
}

/// `08:00` as minutes after midnight; at most `24:00`.
fn parse_minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let plain = |text: &str| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    if !plain(hour) || !plain(minute) || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 24 * 60).then_some(all)
}

fn parse_weekdays(text: &str) -> Option<[bool; 7]> {
    let number = |name: &str| {
        let name = name.trim();
        WEEKDAYS
            .iter()
            .position(|day| day.eq_ignore_ascii_case(name))
    };
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (number(first)?, number(last)?);
        days[day] = true;
        while day != last {
            day = (day + 1) % 7;
            days[day] = true;
        }
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn is_working_time(hours: &str, days: &str, time: &str) -> bool {
        let time: Timestamp = time.parse().unwrap();
        let office = OfficeHours::parse(hours, days).unwrap();
        office.contains(time.to_local(chrono_tz::Europe::Berlin))
    }

    #[test]
    fn hours_are_local_times() {
        // 08:00 in Berlin is 07:00 UTC in winter and 06:00 UTC in summer.
        for (time, expected) in [
            ("2026-10-23T05:59:59Z", false),
            ("2026-10-23T06:00:00Z", true),
            ("2026-10-26T06:30:00Z", false),
            ("2026-10-26T07:00:00Z", true),
            ("2026-10-26T16:59:59Z", true),
            ("2026-10-26T17:00:00Z", false),
            ("2026-10-24T10:00:00Z", false),
        ] {
            assert_eq!(
                is_working_time(OfficeHours::DEFAULT_HOURS, OfficeHours::DEFAULT_DAYS, time),
                expected,
                "{time}"
            );
        }
    }

    #[test]
    fn a_night_shift_belongs_to_the_day_it_starts_on() {
        let night = |time| is_working_time("22:00-06:00", "Fri", time);
        assert!(night("2026-10-23T20:00:00Z"), "Friday 22:00");
        assert!(night("2026-10-24T03:59:00Z"), "Saturday 05:59");
        assert!(!night("2026-10-24T20:30:00Z"), "Saturday 22:30");
        assert!(!night("2026-10-23T03:00:00Z"), "Friday 05:00");
        assert!(is_working_time(
            "00:00-24:00",
            "sat-mon",
            "2026-10-25T23:30:00Z"
        ));
        assert!(is_working_time(
            "00:00-00:00",
            "sat-mon",
            "2026-10-25T12:30:00Z"
        ));
    }

    #[test]
    fn invalid_hours_are_refused() {
        for hours in [
            "",
            "8-18",
            "08:00",
            "08:60-18:00",
            "24:00-25:00",
            "8:0-18:00",
        ] {
            let error = OfficeHours::parse(hours, "mon").unwrap_err();
            assert_eq!(error, InvalidOfficeHours::Hours(hours.to_owned()));
        }
        for days in ["", "monday", "mon-", "mon,,tue", "1-5"] {
            let error = OfficeHours::parse(OfficeHours::DEFAULT_HOURS, days).unwrap_err();
            assert_eq!(error, InvalidOfficeHours::Days(days.to_owned()));
        }
    }
}
