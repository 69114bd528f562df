//! An event as it is stored: its texts, and what goes with them.

use super::cut::Texts;
use crate::bytes::Hash;
use crate::time::Timestamp;

/// The two parts with their salts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// `None` once erased.
    pub shopper: Option<(String, [u8; 32])>,
    pub staff: (String, [u8; 32]),
}

/// An event ready to be stored.
#[derive(Debug, Clone)]
pub struct Sealed {
    pub seq: u64,
    pub time: Timestamp,
    pub record: String,
    pub parts: Parts,
    pub leaf: Hash,
}

/// An event's texts as they were read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    pub seq: u64,
    pub record: String,
    pub shopper: Option<String>,
    pub staff: String,
}

impl StoredEvent {
    /// The texts, borrowed.
    pub fn texts(&self) -> Texts<'_> {
        Texts {
            record: &self.record,
            shopper: self.shopper.as_deref(),
            staff: &self.staff,
        }
    }

    /// The same from borrowed texts.
    pub fn of(seq: u64, texts: Texts<'_>) -> Self {
        Self {
            seq,
            record: texts.record.to_owned(),
            shopper: texts.shopper.map(str::to_owned),
            staff: texts.staff.to_owned(),
        }
    }
}
