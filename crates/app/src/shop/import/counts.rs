//! The answer of an import, and its counters.

use serde::{Deserialize, Serialize};

use super::ImportKind;
use super::effects::{LeftOutCounts, MissingRights};
use super::invalid::SkippedItem;

/// The result of an import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Imported {
    pub kind: ImportKind,
    pub file: String,
    pub dry_run: bool,
    /// The number of items in the file, including invalid ones.
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// The first invalid items, followed by changes that the importer has no
    /// right to make: the first of each kind, and one entry for the rest.
    pub skipped: Vec<SkippedItem>,
    /// The number of further invalid items.
    #[serde(default)]
    pub skipped_more: u64,
    /// The number of changes that the importer has no right to make.
    #[serde(default)]
    pub left_out: LeftOutCounts,
    pub consents: ConsentCounts,
    /// The number of `local:N` customers that got the merchant's id.
    pub renumbered: u64,
    pub deactivated: u64,
    pub sessions_ended: u64,
    pub warnings: Vec<String>,
}

/// Changes of consent.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct ConsentCounts {
    pub granted: u64,
    pub revoked: u64,
}

/// The counters during an import.
#[derive(Debug, Default)]
pub(super) struct ImportCounts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub consents: ConsentCounts,
    pub renumbered: u64,
    pub deactivated: u64,
    pub sessions_ended: u64,
    pub left_inactive: u64,
    /// Changes that the importer has no right to make.
    pub missing_rights: MissingRights,
    /// Items that were skipped completely for that reason.
    pub items_left_out: u64,
    pub warnings: Vec<String>,
}
