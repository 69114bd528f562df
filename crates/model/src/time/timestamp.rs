//! An instant in UTC, to the microsecond.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::InvalidTime;

const SECOND: i64 = 1_000_000;
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z: years have four digits
/// in RFC 3339.
const MIN: i64 = -62_135_596_800 * SECOND;
const MAX: i64 = 253_402_300_800 * SECOND - 1;

/// Microseconds since 1970-01-01T00:00:00Z, in the years 1 to 9999.
///
/// Written as RFC 3339 with exactly six digits and `Z`, in text and in serde:
/// `2026-11-23T01:25:32.123456Z`. Reading accepts every RFC 3339 date-time and
/// drops fractions of a microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    pub const MIN: Self = Self(MIN);
    pub const MAX: Self = Self(MAX);

    /// From microseconds since the epoch. A time outside the years 1 to 9999
    /// becomes the nearest one inside. For stored values use
    /// [`Self::try_from_micros`].
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(MIN, MAX))
    }

    /// From microseconds since the epoch; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn try_from_micros(micros: i64) -> Option<Self> {
        (MIN..=MAX).contains(&micros).then_some(Self(micros))
    }

    /// From whole seconds since the epoch (a JWT's `NumericDate`), limited like
    /// [`Self::from_micros`].
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(SECOND))
    }

    /// Microseconds since the epoch.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// This much later, at most [`Self::MAX`].
    #[must_use]
    pub fn saturating_add(self, length: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(whole_micros(length)))
    }

    /// This much earlier, at least [`Self::MIN`].
    #[must_use]
    pub fn saturating_sub(self, length: Duration) -> Self {
        Self::from_micros(self.0.saturating_sub(whole_micros(length)))
    }

    /// The time from `earlier` to this; zero if this is not later.
    pub fn duration_since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    pub(super) fn to_chrono(self) -> DateTime<Utc> {
        // chrono's range is 260,000 years either way, so the default is never
        // used.
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    pub(super) fn from_chrono<Z: TimeZone>(time: &DateTime<Z>) -> Self {
        Self::from_micros(time.timestamp_micros())
    }
}

fn whole_micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(
            &self
                .to_chrono()
                .to_rfc3339_opts(SecondsFormat::Micros, true),
        )
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .and_then(|time| Self::try_from_micros(time.timestamp_micros()))
            .ok_or_else(|| InvalidTime::new(text, "RFC 3339 like 2026-11-23T01:25:32Z"))
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTime;

    fn try_from(text: String) -> Result<Self, InvalidTime> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn written_with_six_digits_and_z() {
        let time: Timestamp = "2026-11-23T02:25:32.1234569+01:00".parse().unwrap();
        assert_eq!(time.to_string(), "2026-11-23T01:25:32.123456Z");
        assert_eq!(
            Timestamp::from_seconds(0).to_string(),
            "1970-01-01T00:00:00.000000Z"
        );
        assert_eq!(
            serde_json::to_string(&time).unwrap(),
            r#""2026-11-23T01:25:32.123456Z""#
        );
        assert!("2026-11-23 01:25".parse::<Timestamp>().is_err());
    }

    #[test]
    fn the_range_is_four_digit_years() {
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00.000000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(Timestamp::try_from_micros(MAX + 1), None);
        assert_eq!(Timestamp::from_seconds(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.saturating_add(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.saturating_sub(Duration::MAX), Timestamp::MIN);
    }

    #[test]
    fn seconds_round_down_before_the_epoch_too() {
        assert_eq!(Timestamp::from_micros(-1).seconds(), -1);
        assert_eq!(Timestamp::from_micros(1_999_999).seconds(), 1);
    }

    proptest! {
        #[test]
        fn a_written_time_is_read_back(micros in MIN..=MAX) {
            let time = Timestamp::from_micros(micros);
            prop_assert_eq!(time.to_string().len(), 27);
            prop_assert_eq!(time.to_string().parse(), Ok(time));
        }

        #[test]
        fn since_undoes_plus(a in MIN..0, length in 0u64..1 << 50) {
            let (start, length) = (Timestamp::from_micros(a), Duration::from_micros(length));
            prop_assert_eq!(start.saturating_add(length).duration_since(start), length);
            prop_assert_eq!(start.duration_since(start.saturating_add(length)), Duration::ZERO);
        }
    }
}
