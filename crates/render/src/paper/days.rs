//! Numbers day by day, put together where there are too many days to show.

use chrono::NaiveDate;

use lac_model::time::{Span, WEEKDAYS};

/// A series over days: dates in order, days without numbers left out.
#[derive(Debug, Clone, Default)]
pub struct Days {
    pub caption: String,
    /// What the two numbers of a day are.
    pub names: [&'static str; 2],
    pub days: Vec<(NaiveDate, [u64; 2])>,
}

/// A day, week or month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub start: NaiveDate,
    pub counts: [u64; 2],
}

impl Days {
    /// At most `most` groups, those without numbers included; the finest that
    /// fit. Where even months are too many, the latest.
    pub fn grouped(&self, most: usize) -> (Span, Vec<Group>) {
        let (Some((first, _)), Some((last, _))) = (self.days.first(), self.days.last()) else {
            return (Span::Day, Vec::new());
        };
        let span = Span::fitting(*first, *last, most);
        let mut groups: Vec<Group> = span
            .all(*first, *last)
            .map(|start| Group {
                start,
                counts: [0, 0],
            })
            .collect();
        for (date, counts) in &self.days {
            let start = span.start(*date);
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

impl Group {
    /// `Mon 2026-10-05`, `week of 2026-10-05`, `2026-10`.
    pub fn label(&self, span: Span) -> String {
        use chrono::Datelike;
        match span {
            Span::Day => {
                let weekday = self.start.weekday().num_days_from_monday() as usize;
                format!("{} {}", WEEKDAYS[weekday], self.start)
            }
            Span::Week => format!("week of {}", self.start),
            Span::Month => self.start.format("%Y-%m").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(dates: &[(&str, u64)]) -> Days {
        let day = |(date, n): &(&str, u64)| (date.parse().unwrap(), [*n, 1]);
        Days {
            days: dates.iter().map(day).collect(),
            ..Days::default()
        }
    }

    #[test]
    fn quiet_days_are_days_too() {
        let (span, groups) = days(&[("2026-10-24", 3), ("2026-10-26", 4)]).grouped(5);
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
    fn nothing_is_lost_in_weeks_and_months() {
        let days = days(&[("2026-01-01", 1), ("2026-02-28", 2), ("2026-03-01", 4)]);
        for (most, name, first) in [
            (60, "day", "Thu 2026-01-01"),
            (10, "week", "week of 2025-12-29"),
            (3, "month", "2026-01"),
        ] {
            let (span, groups) = days.grouped(most);
            assert_eq!((span.name(), groups[0].label(span).as_str()), (name, first));
            let sum: u64 = groups.iter().map(|group| group.counts[0]).sum();
            assert_eq!(sum, 7);
            assert!(groups.len() <= most);
        }
        let (_, latest) = days.grouped(2);
        assert_eq!(latest[0].start.to_string(), "2026-02-01");
        assert_eq!(Days::default().grouped(9).1, []);
    }
}
