//! What an event says of a customer's consent.

use serde_json::Value;

use super::cut::Cut;
use super::event::ConsentBasis;
use super::field::Field;
use crate::ids::CustomerId;
use crate::time::Timestamp;

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
    /// The customer, a `local:N`, got the merchant's id.
    Renumbered(CustomerId),
    /// A login stood on the yes of this event.
    Used {
        seq: u64,
        at: Option<Timestamp>,
    },
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
    /// `None` for an event that changed nobody's consent and used none.
    pub fn of(cut: &Cut<'_>) -> Option<Self> {
        let group = cut.value(Field::ActionGroup);
        let is_one = ["\"consent\"", "\"customers\"", "\"login_as_customer\""].contains(&group);
        if !is_one || cut.value(Field::Result) != "\"success\"" {
            return None;
        }
        let mut customer: CustomerId = cut.text(Field::CustomerId)?.parse().ok()?;
        let said = match (group, cut.value(Field::Action)) {
            ("\"consent\"", "\"grant\"") => Said::Yes(until(cut)),
            ("\"consent\"", "\"revoke\"") => Said::No,
            ("\"customers\"", "\"remove\"") => Said::Gone,
            ("\"customers\"", "\"edit\"") => {
                let (from, to) = renumbering(cut)?;
                customer = from;
                Said::Renumbered(to)
            }
            ("\"login_as_customer\"", "\"issue\"") => used(cut)?,
            _ => return None,
        };
        Some(Self {
            seq: cut.seq()?,
            customer,
            said,
        })
    }
}

fn details(cut: &Cut<'_>) -> Value {
    serde_json::from_str(cut.value(Field::Details)).unwrap_or_default()
}

fn until(cut: &Cut<'_>) -> Until {
    if cut.texts.shopper.is_none() {
        return Until::Unknown;
    }
    match details(cut)["until"].as_str().map(str::parse) {
        Some(Ok(at)) => Until::At(at),
        Some(Err(_)) => Until::Unknown,
        None => Until::Never,
    }
}

/// From which id to which; the event itself may be about either.
fn renumbering(cut: &Cut<'_>) -> Option<(CustomerId, CustomerId)> {
    // Most edits change something else: they need not be read as JSON.
    if !cut.value(Field::Details).contains("local:") {
        return None;
    }
    let details = details(cut);
    let id = |of: &str| details[of]["id"].as_str()?.parse::<CustomerId>().ok();
    let (from, to) = (id("before")?, id("after")?);
    (from.is_local() && !to.is_local()).then_some((from, to))
}

fn used(cut: &Cut<'_>) -> Option<Said> {
    let basis: ConsentBasis = serde_json::from_str(cut.value(Field::Consent)).ok()?;
    Some(Said::Used {
        seq: basis.seq?,
        at: cut.clock(),
    })
}
