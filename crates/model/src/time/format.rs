//! Instants as users see them: in a time zone, or relative to now.

use chrono_tz::Tz;

use super::Timestamp;

impl Timestamp {
    /// To the second in `tz`, with the zone's name: `2026-10-25 02:30:00 CEST`.
    /// Zones without a name show their offset (`-03`).
    pub fn format_in(self, tz: Tz) -> String {
        self.to_chrono()
            .with_timezone(&tz)
            .format("%Y-%m-%d %H:%M:%S %Z")
            .to_string()
    }

    /// For letters, to the minute: `25 October 2026, 02:30 CEST`.
    pub fn format_long_in(self, tz: Tz) -> String {
        self.to_chrono()
            .with_timezone(&tz)
            .format("%-d %B %Y, %H:%M %Z")
            .to_string()
    }

    /// The distance from `now`, rounded down to one unit: `now`, `3 min ago`,
    /// `in 45 s`. Months have 30 days, years 365.
    pub fn format_relative(self, now: Self) -> String {
        let distance = self
            .duration_since(now)
            .max(now.duration_since(self))
            .as_secs();
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

/// A duration in its two largest units, rounded down: `45 s`, `4 min 10 s`, `1
/// h 5 min`, `2 d 3 h`.
pub fn format_duration(seconds: u64) -> String {
    let two = |big: u64, name: &str, small: u64, unit: &str| {
        let rest = seconds % big / small;
        if rest == 0 {
            format!("{} {name}", seconds / big)
        } else {
            format!("{} {name} {rest} {unit}", seconds / big)
        }
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => two(60, "min", 1, "s"),
        3600..86_400 => two(3600, "h", 60, "min"),
        _ => two(86_400, "d", 3600, "h"),
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
    fn letters_and_lengths() {
        let time: Timestamp = "2026-10-05T12:03:59Z".parse().unwrap();
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(time.format_long_in(berlin), "5 October 2026, 14:03 CEST");
        let shown = [0, 59, 60, 250, 3600, 3900, 90_000, 180_000].map(format_duration);
        let expected = [
            "0 s",
            "59 s",
            "1 min",
            "4 min 10 s",
            "1 h",
            "1 h 5 min",
            "1 d 1 h",
            "2 d 2 h",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn distances() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let at =
            |seconds: i64| Timestamp::from_seconds(1_000_000_000 + seconds).format_relative(now);
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
