//! What an import answers.

use serde::{Deserialize, Serialize};

use super::ImportKind;
use super::effects::{LeftOutCounts, MissingRights};
use super::invalid::SkippedItem;

/// What an import came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Imported {
    pub kind: ImportKind,
    pub file: String,
    pub dry_run: bool,
    /// Items in the file, invalid ones included.
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Items that are not valid, the first of them; then what the importer may
    /// not do, the first of each kind one by one.
    pub skipped: Vec<SkippedItem>,
    /// How many more items are not valid.
    #[serde(default)]
    pub skipped_more: u64,
    /// How much the importer may not do.
    #[serde(default)]
    pub left_out: LeftOutCounts,
    pub consents: ConsentCounts,
    /// `local:N` customers whose merchant's id became known.
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

/// Counts as the import goes.
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
    /// What the importer may not do.
    pub missing_rights: MissingRights,
    /// Items of which nothing was done for that reason.
    pub items_left_out: u64,
    pub warnings: Vec<String>,
}
