//! Instants, time zones and durations, and how users write them.
//!
//! Nothing here reads a clock: "now" is always an argument.

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

/// A text that is not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time; expected {expected}")]
pub struct InvalidTime {
    pub text: String,
    /// What would be a time, for messages.
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
