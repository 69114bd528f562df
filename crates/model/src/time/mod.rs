//! Instants, lengths of time, and how people write both.
//!
//! Nothing here reads a clock: what is "now" is always an argument.

mod bound;
mod calendar;
mod duration;
mod format;
mod office_hours;
mod parse;
mod timestamp;
mod zone;

pub use bound::{Edge, parse_bound};
pub use calendar::{CalendarUnit, LocalTime, WEEKDAYS};
pub use duration::{DefaultUnit, InvalidDuration, parse_duration};
pub use format::format_duration;
pub use office_hours::{InvalidOfficeHours, OfficeHours};
pub use parse::parse_lenient;
pub use timestamp::Timestamp;

/// A text that is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time; expected {expected}")]
pub struct InvalidTime {
    pub text: String,
    /// What would have been a time, for people.
    pub expected: &'static str,
}

impl InvalidTime {
    fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            expected,
        }
    }
}
