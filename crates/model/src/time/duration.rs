//! Durations as users write them: `60s`, `10m`, `2h`, `7d`, `1w`.

use std::time::Duration;

/// The unit of a number that is written without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultUnit {
    Seconds,
    Days,
}

/// A text that is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDuration {
    #[error("`{0}` is not a length of time; expected a number and s, m, h, d or w, like 10m")]
    InvalidSyntax(String),
    #[error("`{0}` has no unit; add s, m, h, d or w, like {0}s")]
    MissingUnit(String),
    #[error("`{0}` is too long a time")]
    TooLong(String),
}

/// Reads a whole number and its unit: `s`econds, `m`inutes, `h`ours, `d`ays of
/// 24 hours, `w`eeks of 7 such days. A number without a unit is an error unless
/// `bare_unit` is given. No sign, fraction or white space; `0s` is valid.
pub fn parse_duration(
    text: &str,
    bare_unit: Option<DefaultUnit>,
) -> Result<Duration, InvalidDuration> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidDuration::InvalidSyntax(text.to_owned()));
    }
    let unit: u64 = match (&text[digits.len()..], bare_unit) {
        ("s", _) | ("", Some(DefaultUnit::Seconds)) => 1,
        ("m", _) => 60,
        ("h", _) => 60 * 60,
        ("d", _) | ("", Some(DefaultUnit::Days)) => 24 * 60 * 60,
        ("w", _) => 7 * 24 * 60 * 60,
        ("", None) => return Err(InvalidDuration::MissingUnit(text.to_owned())),
        _ => return Err(InvalidDuration::InvalidSyntax(text.to_owned())),
    };
    let count: Option<u64> = digits.parse().ok();
    count
        .and_then(|count| count.checked_mul(unit))
        .map(Duration::from_secs)
        .ok_or_else(|| InvalidDuration::TooLong(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units() {
        for (text, seconds) in [
            ("60s", 60),
            ("10m", 600),
            ("2h", 7200),
            ("7d", 604_800),
            ("1w", 604_800),
            ("0s", 0),
        ] {
            assert_eq!(parse_duration(text, None), Ok(Duration::from_secs(seconds)));
        }
        assert_eq!(
            parse_duration("90", Some(DefaultUnit::Seconds)),
            Ok(Duration::from_secs(90))
        );
        assert_eq!(
            parse_duration("2", Some(DefaultUnit::Days)),
            parse_duration("48h", None)
        );
    }

    #[test]
    fn invalid_durations_are_refused() {
        assert_eq!(
            parse_duration("90", None),
            Err(InvalidDuration::MissingUnit("90".into()))
        );
        for text in [
            "", "s", "-5m", "+5m", "1.5h", "5 m", "5M", "5mo", "1h30m", "٣s", "5é",
        ] {
            assert_eq!(
                parse_duration(text, None),
                Err(InvalidDuration::InvalidSyntax(text.into()))
            );
        }
        for text in ["99999999999999999999s", "18446744073709551615w"] {
            assert_eq!(
                parse_duration(text, None),
                Err(InvalidDuration::TooLong(text.into()))
            );
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), number: u64) {
            let _ = parse_duration(&text, None);
            let _ = parse_duration(&format!("{number}{text}"), Some(DefaultUnit::Seconds));
        }
    }
}
