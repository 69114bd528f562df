//! Instants for people: in the store's zone, or as a distance from now.

use chrono_tz::Tz;

use super::Timestamp;

impl Timestamp {
    /// To the second in `tz`, with the zone named: `2026-10-25 02:30:00 CEST`.
    /// Zones without letters of their own show their offset (`-03`).
    pub fn format_in(self, tz: Tz) -> String {
        self.to_chrono()
            .with_timezone(&tz)
            .format("%Y-%m-%d %H:%M:%S %Z")
            .to_string()
    }

    /// The distance from `now`, rounded down to one unit: `now`, `3 min ago`,
    /// `in 45 s`. Months are 30 days, years 365.
    pub fn relative(self, now: Self) -> String {
        let distance = self.since(now).max(now.since(self)).as_secs();
        let (unit, name) = match distance {
            0 => return "now".to_owned(),
            1..60 => (1, "s"),
            60..3600 => (60, "min"),
            3600..86_400 => (3600, "h"),
            86_400..2_592_000 => (86_400, "d"),
            2_592_000..31_536_000 => (2_592_000, "mo"),
            _ => (31_536_000, "y"),
        };
        let count = distance / unit;
        if self > now {
            format!("in {count} {name}")
        } else {
            format!("{count} {name} ago")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_named() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let berlin = chrono_tz::Europe::Berlin;
        let (first, second) = (time("2026-10-25T00:30:00Z"), time("2026-10-25T01:30:00.9Z"));
        assert_eq!(first.format_in(berlin), "2026-10-25 02:30:00 CEST");
        assert_eq!(second.format_in(berlin), "2026-10-25 02:30:00 CET");
        assert_eq!(first.format_in(chrono_tz::UTC), "2026-10-25 00:30:00 UTC");
        assert_eq!(
            first.format_in(chrono_tz::America::Sao_Paulo),
            "2026-10-24 21:30:00 -03"
        );
    }

    #[test]
    fn distances() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let at = |seconds: i64| Timestamp::from_seconds(1_000_000_000 + seconds).relative(now);
        assert_eq!(at(0), "now");
        assert_eq!(at(45), "in 45 s");
        assert_eq!(at(-59), "59 s ago");
        assert_eq!(at(-200), "3 min ago");
        assert_eq!(at(7200), "in 2 h");
        assert_eq!(at(-86_400 * 29), "29 d ago");
        assert_eq!(at(-86_400 * 364), "12 mo ago");
        assert_eq!(at(86_400 * 800), "in 2 y");
    }
}
