//! Numbers for each day, grouped by week or month if there are too many days.

use chrono::NaiveDate;

use lac_model::time::{CalendarUnit, WEEKDAYS};

/// Numbers for each day. Dates are in order; days without numbers are left out.
#[derive(Debug, Clone, Default)]
pub struct DaySeries {
    pub caption: String,
    /// The names of the two numbers of a day.
    pub names: [&'static str; 2],
    pub days: Vec<(NaiveDate, [u64; 2])>,
}

/// A day, week or month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayGroup {
    pub start: NaiveDate,
    pub counts: [u64; 2],
}

impl DaySeries {
    /// Groups the days into at most `most` groups of the smallest unit that
    /// fits, including groups without numbers. If there are too many months,
    /// only the latest are returned.
    pub fn group_into(&self, most: usize) -> (CalendarUnit, Vec<DayGroup>) {
        let (Some((first, _)), Some((last, _))) = (self.days.first(), self.days.last()) else {
            return (CalendarUnit::Day, Vec::new());
        };
        let span = CalendarUnit::finest_fitting(*first, *last, most);
        let mut groups: Vec<DayGroup> = span
            .starts_between(*first, *last)
            .map(|start| DayGroup {
                start,
                counts: [0, 0],
            })
            .collect();
        for (date, counts) in &self.days {
            let start = span.start_of(*date);
            if let Ok(at) = groups.binary_search_by_key(&start, |group| group.start) {
                groups[at].counts[0] += counts[0];
                groups[at].counts[1] += counts[1];
            }
        }
        let beyond = groups.len().saturating_sub(most);
        groups.drain(..beyond);
        (span, groups)
    }
}

impl DayGroup {
    /// `Mon 2026-10-05`, `week of 2026-10-05`, `2026-10`.
    pub fn label(&self, span: CalendarUnit) -> String {
        use chrono::Datelike;
        match span {
            CalendarUnit::Day => {
                let weekday = self.start.weekday().num_days_from_monday() as usize;
                format!("{} {}", WEEKDAYS[weekday], self.start)
            }
            CalendarUnit::Week => format!("week of {}", self.start),
            CalendarUnit::Month => self.start.format("%Y-%m").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(dates: &[(&str, u64)]) -> DaySeries {
        let day = |(date, n): &(&str, u64)| (date.parse().unwrap(), [*n, 1]);
        DaySeries {
            days: dates.iter().map(day).collect(),
            ..DaySeries::default()
        }
    }

    #[test]
    fn days_without_events_are_included() {
        let (span, groups) = days(&[("2026-10-24", 3), ("2026-10-26", 4)]).group_into(5);
        let shown: Vec<_> = groups
            .iter()
            .map(|group| (group.label(span), group.counts))
            .collect();
        let expected = [
            ("Sat 2026-10-24", [3, 1]),
            ("Sun 2026-10-25", [0, 0]),
            ("Mon 2026-10-26", [4, 1]),
        ];
        assert_eq!(shown, expected.map(|(label, n)| (label.to_owned(), n)));
    }

    #[test]
    fn grouping_keeps_all_counts() {
        let days = days(&[("2026-01-01", 1), ("2026-02-28", 2), ("2026-03-01", 4)]);
        for (most, name, first) in [
            (60, "day", "Thu 2026-01-01"),
            (10, "week", "week of 2025-12-29"),
            (3, "month", "2026-01"),
        ] {
            let (span, groups) = days.group_into(most);
            assert_eq!((span.name(), groups[0].label(span).as_str()), (name, first));
            let sum: u64 = groups.iter().map(|group| group.counts[0]).sum();
            assert_eq!(sum, 7);
            assert!(groups.len() <= most);
        }
        let (_, latest) = days.group_into(2);
        assert_eq!(latest[0].start.to_string(), "2026-02-01");
        assert_eq!(DaySeries::default().group_into(9).1, []);
    }
}
