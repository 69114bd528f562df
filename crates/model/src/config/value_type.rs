//! The types of config values, and the canonical form in which they are stored.

use chrono_tz::Tz;

use super::invalid::InvalidValue;
use super::{action_groups, base_url, pattern};
use crate::text::is_deceptive;
use crate::time::{DefaultUnit, parse_duration};

/// The word for a limit that is not set.
const OFF: &str = "off";

/// The word for an empty set.
const NONE: &str = "none";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    YesNo,
    /// Whole seconds, from `min` to `max`.
    Seconds {
        min: u64,
        max: u64,
    },
    /// `off`, or whole seconds from `min` to `max`.
    OffOrSeconds {
        min: u64,
        max: u64,
    },
    /// Days of 24 hours, from `min` to `max`.
    Days {
        min: u64,
        max: u64,
    },
    /// A whole number, from `min` to `max`.
    Integer {
        min: u64,
        max: u64,
    },
    /// One line of text, of at most `max` characters.
    Text {
        max: usize,
    },
    /// Like text, but without white space and `+`: the form that C2SP allows
    /// for the name of a key (signed-note) and for an origin (tlog-checkpoint).
    Name {
        max: usize,
    },
    /// Names separated by commas, at most `max` characters in all.
    NameList {
        max: usize,
    },
    BaseUrl,
    /// An IANA time zone.
    Timezone,
    /// A regular expression (see `pattern.rs`).
    Pattern,
    OneOf(&'static [&'static str]),
    /// Some of these words, in this order, separated by commas; or `none`.
    WordSet(&'static [&'static str]),
    /// A set of [`ACTION_GROUPS`](super::ACTION_GROUPS).
    ActionGroups,
}

impl ValueType {
    /// The canonical form of `input`, which is stored, compared and printed.
    /// White space around the input is ignored.
    ///
    /// Yes/no accepts `yes no 1 0 true false` in any case. Seconds accept `60`,
    /// `60s`, `10m`, `1h`, and become digits. Days accept `60`, `60d`, `8w`.
    pub fn normalize(&self, input: &str) -> Result<String, InvalidValue> {
        let text = input.trim();
        match *self {
            Self::YesNo => self.require_known(parse_yes_no(text)),
            Self::Seconds { min, max } => self.check_range(parse_seconds(text), min, max),
            Self::OffOrSeconds { min, max } => match text.to_ascii_lowercase().as_str() {
                OFF | "no" => Ok(OFF.to_owned()),
                _ => self.check_range(parse_seconds(text), min, max),
            },
            Self::Days { min, max } => self.check_range(parse_days(text), min, max),
            Self::Integer { min, max } => self.check_range(parse_integer(text), min, max),
            Self::Text { max } => self.check_line(text, max, |_| false),
            Self::Name { max } => self.check_line(text, max, |c| c.is_whitespace() || c == '+'),
            Self::NameList { max } => self.normalize_names(text, max),
            Self::BaseUrl => base_url::normalize(text),
            Self::Timezone => self.require_known(text.parse::<Tz>().ok().map(Tz::name)),
            Self::Pattern => pattern::normalize(text),
            Self::OneOf(choices) => {
                self.require_known(choices.iter().copied().find(|c| *c == text))
            }
            Self::WordSet(words) => self.normalize_set(text, words),
            Self::ActionGroups => action_groups::normalize(text),
        }
    }

    /// What it accepts, for users: `yes or no`, `1 to 600 seconds, like 60, 60s
    /// or 10m`.
    pub fn expected(&self) -> String {
        match *self {
            Self::YesNo => "yes or no".to_owned(),
            Self::Seconds { min, max } => format!("{min} to {max} seconds, like 60, 60s or 10m"),
            Self::OffOrSeconds { min, max } => {
                format!("off, or {min} to {max} seconds, like 900, 900s or 15m")
            }
            Self::Days { min, max } => format!("{min} to {max} days, like 60 or 60d"),
            Self::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Self::Text { max } => format!("one line of 1 to {max} characters"),
            Self::Name { max } => format!("1 to {max} characters, no white space and no `+`"),
            Self::NameList { max } => {
                format!("names separated by commas, at most {max} characters")
            }
            Self::BaseUrl => base_url::EXPECTED.to_owned(),
            Self::Timezone => "an IANA time zone, like Europe/Berlin or UTC".to_owned(),
            Self::Pattern => pattern::EXPECTED.to_owned(),
            Self::OneOf(choices) => choices.join(" or "),
            Self::WordSet(words) => {
                format!(
                    "{NONE}, or some of {}, separated by commas",
                    words.join(", ")
                )
            }
            Self::ActionGroups => action_groups::expected(),
        }
    }

    fn require_known(&self, value: Option<&str>) -> Result<String, InvalidValue> {
        value
            .map(str::to_owned)
            .ok_or_else(|| self.invalid("it is none of the known values"))
    }

    fn normalize_set(&self, text: &str, words: &[&str]) -> Result<String, InvalidValue> {
        let separator = |c: char| c == ',' || c.is_whitespace();
        let named: Vec<&str> = text.split(separator).filter(|w| !w.is_empty()).collect();
        if named == [NONE] {
            return Ok(NONE.to_owned());
        }
        let is_unknown = |word: &&str| !words.contains(word);
        if named.is_empty() || named.iter().any(is_unknown) {
            return Err(self.invalid("it is none of the known values"));
        }
        let chosen: Vec<&str> = words
            .iter()
            .copied()
            .filter(|w| named.contains(w))
            .collect();
        Ok(chosen.join(","))
    }

    fn check_range(&self, count: Option<u64>, min: u64, max: u64) -> Result<String, InvalidValue> {
        match count {
            None => Err(self.invalid("it cannot be read")),
            Some(count) if count < min => Err(self.invalid("it is too small")),
            Some(count) if count > max => Err(self.invalid("it is too large")),
            Some(count) => Ok(count.to_string()),
        }
    }

    fn check_line(
        &self,
        text: &str,
        max: usize,
        refused: impl Fn(char) -> bool,
    ) -> Result<String, InvalidValue> {
        if text.is_empty() {
            Err(self.invalid("it is empty"))
        } else if text.contains(is_deceptive) {
            Err(self.invalid("it contains a control or invisible character"))
        } else if text.contains(refused) {
            Err(self.invalid("it contains a character that is not allowed"))
        } else if text.chars().count() > max {
            Err(self.invalid("it is too long"))
        } else {
            Ok(text.to_owned())
        }
    }

    /// Drops repeated names and keeps the order.
    fn normalize_names(&self, text: &str, max: usize) -> Result<String, InvalidValue> {
        let mut names: Vec<&str> = Vec::new();
        for name in text.split(',').map(str::trim) {
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        self.check_line(&names.join(","), max, |_| false)
    }

    fn invalid(&self, reason: &str) -> InvalidValue {
        InvalidValue::new(reason, self.expected())
    }
}

fn parse_yes_no(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "1" | "true" => Some("yes"),
        "no" | "0" | "false" => Some("no"),
        _ => None,
    }
}

fn parse_seconds(text: &str) -> Option<u64> {
    parse_duration(text, Some(DefaultUnit::Seconds))
        .ok()
        .map(|length| length.as_secs())
}

fn parse_days(text: &str) -> Option<u64> {
    let seconds = parse_duration(text, Some(DefaultUnit::Days))
        .ok()?
        .as_secs();
    (seconds % 86_400 == 0).then_some(seconds / 86_400)
}

fn parse_integer(text: &str) -> Option<u64> {
    text.parse()
        .ok()
        .filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
