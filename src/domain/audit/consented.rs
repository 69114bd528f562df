//! What an event says of a customer's consent.

use serde_json::Value;

use super::cut::Cut;
use super::field::Field;
use crate::domain::ids::CustomerId;
use crate::domain::time::Timestamp;

/// One change of consent, as its event tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consented {
    pub seq: u64,
    pub customer: CustomerId,
    pub said: Said,
}

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// A yes, and when it ends by itself.
    Yes(Until),
    No,
    /// The customer was removed, and with them what they had said.
    Gone,
}

/// When a yes ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    Never,
    At(Timestamp),
    /// The part that says it was erased.
    Unknown,
}

impl Until {
    /// Whether it may be this end.
    pub fn is(self, end: Option<Timestamp>) -> bool {
        match self {
            Self::Never => end.is_none(),
            Self::At(at) => end == Some(at),
            Self::Unknown => true,
        }
    }

    /// Whether it is not before this end.
    pub fn is_no_sooner_than(self, end: Option<Timestamp>) -> bool {
        match self {
            Self::Never | Self::Unknown => true,
            Self::At(at) => end.is_some_and(|end| end <= at),
        }
    }
}

impl Consented {
    /// `None` for an event that changed nobody's consent.
    pub fn of(cut: &Cut<'_>) -> Option<Self> {
        let group = cut.value(Field::ActionGroup);
        if group != "\"consent\"" && group != "\"customers\"" {
            return None;
        }
        if cut.value(Field::Result) != "\"success\"" {
            return None;
        }
        let said = match (group, cut.value(Field::Action)) {
            ("\"consent\"", "\"grant\"") => Said::Yes(until(cut)),
            ("\"consent\"", "\"revoke\"") => Said::No,
            ("\"customers\"", "\"remove\"") => Said::Gone,
            _ => return None,
        };
        Some(Self {
            seq: cut.seq()?,
            customer: cut.text(Field::CustomerId)?.parse().ok()?,
            said,
        })
    }
}

fn until(cut: &Cut<'_>) -> Until {
    if cut.texts.shopper.is_none() {
        return Until::Unknown;
    }
    let details: Value = serde_json::from_str(cut.value(Field::Details)).unwrap_or_default();
    match details["until"].as_str().map(str::parse) {
        Some(Ok(at)) => Until::At(at),
        Some(Err(_)) => Until::Unknown,
        None => Until::Never,
    }
}
