//! Local dates and times of an instant.

use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;

use super::Timestamp;
use super::zone::day_start;

/// Names of the weekdays, from Monday (0).
pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A local date, weekday and time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    pub date: NaiveDate,
    /// 0 is Monday.
    pub weekday: usize,
    pub hour: u8,
    pub minute: u8,
}

/// How days are grouped in a report about a long time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    Day,
    /// From Monday.
    Week,
    Month,
}

impl Timestamp {
    /// The local time in `tz`. An hour that clocks show twice occurs twice; one
    /// that they skip does not occur.
    pub fn to_local(self, tz: Tz) -> LocalTime {
        let time = self.to_chrono().with_timezone(&tz);
        let small = |n: u32| u8::try_from(n).unwrap_or_default();
        LocalTime {
            date: time.date_naive(),
            weekday: time.weekday().num_days_from_monday() as usize,
            hour: small(time.hour()),
            minute: small(time.minute()),
        }
    }
}

impl CalendarUnit {
    /// The finest grouping with at most `max` groups for the days from `first`
    /// to `last`; months if there is none.
    pub fn finest_fitting(first: NaiveDate, last: NaiveDate, max: usize) -> Self {
        let count = |span: Self| span.starts_between(first, last).take(max + 1).count();
        [Self::Day, Self::Week]
            .into_iter()
            .find(|span| count(*span) <= max)
            .unwrap_or(Self::Month)
    }

    /// The first day of the group that contains `date`.
    pub fn start_of(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => date,
            Self::Week => date.week(chrono::Weekday::Mon).first_day(),
            Self::Month => date.with_day(1).unwrap_or(date),
        }
    }

    /// The start of the day, week or month in `tz` that contains `time`, and
    /// the start of the next one.
    pub fn bounds_around(self, time: Timestamp, tz: Tz) -> (Timestamp, Timestamp) {
        let first = self.start_of(time.to_local(tz).date);
        let far = first.checked_add_days(chrono::Days::new(40));
        let next = self
            .starts_between(first, far.unwrap_or(first))
            .nth(1)
            .unwrap_or(first);
        (day_start(tz, first), day_start(tz, next))
    }

    /// The first days of all groups from the one that contains `first` to the
    /// one that contains `last`.
    pub fn starts_between(
        self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> impl Iterator<Item = NaiveDate> {
        let next = move |date: &NaiveDate| match self {
            Self::Day => date.succ_opt(),
            Self::Week => date.checked_add_days(chrono::Days::new(7)),
            Self::Month => date.checked_add_months(chrono::Months::new(1)),
        };
        std::iter::successors(Some(self.start_of(first)), next)
            .take_while(move |date| *date <= last)
    }

    /// `day`, `week` or `month`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    fn local(text: &str) -> (String, &'static str, u8, u8) {
        let at = text.parse::<Timestamp>().unwrap().to_local(Berlin);
        (
            at.date.to_string(),
            WEEKDAYS[at.weekday],
            at.hour,
            at.minute,
        )
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Clocks go back at 03:00 on 2026-10-25 and forward at 02:00 on
    /// 2026-03-29.
    #[test]
    fn hours_that_occur_twice_or_never() {
        let sunday = |hour, minute| ("2026-10-25".to_owned(), "Sun", hour, minute);
        assert_eq!(local("2026-10-24T22:00:00Z"), sunday(0, 0));
        assert_eq!(local("2026-10-25T00:30:00Z"), sunday(2, 30));
        assert_eq!(local("2026-10-25T01:30:00Z"), sunday(2, 30));
        assert_eq!(local("2026-10-25T22:59:59Z"), sunday(23, 59));
        assert_eq!(local("2026-10-25T23:00:00Z").1, "Mon");
        assert_eq!(local("2026-03-29T00:59:59Z").2, 1);
        assert_eq!(local("2026-03-29T01:00:00Z").2, 3);
    }

    #[test]
    fn many_days_become_weeks_and_months() {
        let (first, last) = (date("2026-02-25"), date("2026-03-10"));
        assert_eq!(
            CalendarUnit::finest_fitting(first, last, 14),
            CalendarUnit::Day
        );
        assert_eq!(
            CalendarUnit::finest_fitting(first, last, 13),
            CalendarUnit::Week
        );
        assert_eq!(
            CalendarUnit::finest_fitting(first, last, 2),
            CalendarUnit::Month
        );
        let all = |span: CalendarUnit| -> Vec<String> {
            span.starts_between(first, last)
                .map(|d| d.to_string())
                .collect()
        };
        assert_eq!(
            all(CalendarUnit::Week),
            ["2026-02-23", "2026-03-02", "2026-03-09"]
        );
        assert_eq!(all(CalendarUnit::Month), ["2026-02-01", "2026-03-01"]);
        assert_eq!(all(CalendarUnit::Day).len(), 14);
    }
}
