//! What an event says about a customer's consent.

use serde_json::Value;

use super::event::ConsentBasis;
use super::field::EventField;
use super::record_fields::RecordFields;
use crate::ids::CustomerId;
use crate::time::Timestamp;

/// A change or use of consent, read from an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentEvent {
    pub seq: u64,
    pub customer: CustomerId,
    pub action: ConsentAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentAction {
    /// Consent was granted, with this end.
    Granted(ConsentExpiry),
    Revoked,
    /// The customer was removed, and their consent with them.
    CustomerRemoved,
    /// The customer's `local:N` id was replaced by this id.
    Renumbered(CustomerId),
    /// A login relied on the consent that event `seq` granted.
    UsedByLogin {
        seq: u64,
        at: Option<Timestamp>,
    },
}

/// When granted consent ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentExpiry {
    Never,
    At(Timestamp),
    /// The part of the event that contains the end was erased.
    Unknown,
}

impl ConsentExpiry {
    /// Whether the end may be `end`.
    pub fn matches(self, end: Option<Timestamp>) -> bool {
        match self {
            Self::Never => end.is_none(),
            Self::At(at) => end == Some(at),
            Self::Unknown => true,
        }
    }

    /// Whether the end may be `end` or later.
    pub fn is_not_before(self, end: Option<Timestamp>) -> bool {
        match self {
            Self::Never | Self::Unknown => true,
            Self::At(at) => end.is_some_and(|end| end <= at),
        }
    }
}

impl ConsentEvent {
    /// `None` for an event that neither changed nor used anyone's consent.
    pub fn from_record(fields: &RecordFields<'_>) -> Option<Self> {
        let group = fields.value(EventField::ActionGroup);
        let is_one = ["\"consent\"", "\"customers\"", "\"login_as_customer\""].contains(&group);
        if !is_one || fields.value(EventField::Result) != "\"success\"" {
            return None;
        }
        let mut customer: CustomerId =
            fields.decoded_value(EventField::CustomerId)?.parse().ok()?;
        let change = match (group, fields.value(EventField::Action)) {
            ("\"consent\"", "\"grant\"") => ConsentAction::Granted(parse_expiry(fields)),
            ("\"consent\"", "\"revoke\"") => ConsentAction::Revoked,
            ("\"customers\"", "\"remove\"") => ConsentAction::CustomerRemoved,
            ("\"customers\"", "\"edit\"") => {
                let (from, to) = parse_renumbering(fields)?;
                customer = from;
                ConsentAction::Renumbered(to)
            }
            ("\"login_as_customer\"", "\"issue\"") => parse_use(fields)?,
            _ => return None,
        };
        Some(Self {
            seq: fields.seq()?,
            customer,
            action: change,
        })
    }
}

fn parse_details(fields: &RecordFields<'_>) -> Value {
    serde_json::from_str(fields.value(EventField::Details)).unwrap_or_default()
}

fn parse_expiry(fields: &RecordFields<'_>) -> ConsentExpiry {
    if fields.texts.customer_part.is_none() {
        return ConsentExpiry::Unknown;
    }
    match parse_details(fields)["until"].as_str().map(str::parse) {
        Some(Ok(at)) => ConsentExpiry::At(at),
        Some(Err(_)) => ConsentExpiry::Unknown,
        None => ConsentExpiry::Never,
    }
}

/// The old and the new id. The event itself may be about either of them.
fn parse_renumbering(fields: &RecordFields<'_>) -> Option<(CustomerId, CustomerId)> {
    // Most edits change something else: do not parse their JSON.
    if !fields.value(EventField::Details).contains("local:") {
        return None;
    }
    let details = parse_details(fields);
    let id = |of: &str| details[of]["id"].as_str()?.parse::<CustomerId>().ok();
    let (from, to) = (id("before")?, id("after")?);
    (from.is_local() && !to.is_local()).then_some((from, to))
}

fn parse_use(fields: &RecordFields<'_>) -> Option<ConsentAction> {
    let basis: ConsentBasis = serde_json::from_str(fields.value(EventField::Consent)).ok()?;
    Some(ConsentAction::UsedByLogin {
        seq: basis.seq?,
        at: fields.clock_time(),
    })
}
