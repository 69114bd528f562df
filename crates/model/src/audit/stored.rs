//! An event as it is stored.

use super::record_fields::EventTexts;
use crate::bytes::Hash;
use crate::time::Timestamp;

/// The customer part and the staff part with their salts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventParts {
    /// `None` once erased.
    pub customer_part: Option<(String, [u8; 32])>,
    pub staff_part: (String, [u8; 32]),
}

/// An event that is ready to be stored.
#[derive(Debug, Clone)]
pub struct SealedEvent {
    pub seq: u64,
    pub time: Timestamp,
    pub record: String,
    pub parts: EventParts,
    pub leaf: Hash,
}

/// The texts of an event, read from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    pub seq: u64,
    pub record: String,
    pub customer_part: Option<String>,
    pub staff_part: String,
}

impl StoredEvent {
    pub fn texts(&self) -> EventTexts<'_> {
        EventTexts {
            record: &self.record,
            customer_part: self.customer_part.as_deref(),
            staff_part: &self.staff_part,
        }
    }

    pub fn from_texts(seq: u64, texts: EventTexts<'_>) -> Self {
        Self {
            seq,
            record: texts.record.to_owned(),
            customer_part: texts.customer_part.map(str::to_owned),
            staff_part: texts.staff_part.to_owned(),
        }
    }
}
