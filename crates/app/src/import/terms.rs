//! What an import is asked, and what it answers.

use serde::{Deserialize, Serialize};

use super::effects::{LeftOut, Withheld};
use super::problem::Skipped;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Websites,
    StoreGroups,
    StoreViews,
    StoreConfigs,
    Customers,
    Orders,
    Invoices,
    Shipments,
    CreditMemos,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Websites,
        Self::StoreGroups,
        Self::StoreViews,
        Self::StoreConfigs,
        Self::Customers,
        Self::Orders,
        Self::Invoices,
        Self::Shipments,
        Self::CreditMemos,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Websites => "websites",
            Self::StoreGroups => "store-groups",
            Self::StoreViews => "store-views",
            Self::StoreConfigs => "store-configs",
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Invoices => "invoices",
            Self::Shipments => "shipments",
            Self::CreditMemos => "credit-memos",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How a file is to be taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// Leave invalid items out and list them, instead of refusing the file.
    pub skip_invalid: bool,
    /// Say what would change, and change nothing.
    pub dry_run: bool,
    /// Take the items that are there even if they do not add up.
    pub partial: bool,
    /// Customers missing from the file are gone: deactivate them.
    pub complete: bool,
    /// Even if that were most of them.
    pub allow_empty: bool,
}

/// What an import came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Imported {
    pub kind: Kind,
    pub file: String,
    pub dry_run: bool,
    /// Items in the file, invalid ones included.
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Items that are not valid, the first of them; then what the importer may
    /// not do, the first of each kind one by one.
    pub skipped: Vec<Skipped>,
    /// How many more items are not valid.
    #[serde(default)]
    pub skipped_more: u64,
    /// How much the importer may not do.
    #[serde(default)]
    pub left_out: LeftOut,
    pub consents: Consents,
    /// `local:N` customers whose merchant's id became known.
    pub renumbered: u64,
    pub deactivated: u64,
    pub sessions_ended: u64,
    pub warnings: Vec<String>,
}

/// Changes of consent.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Consents {
    pub granted: u64,
    pub revoked: u64,
}

/// Counts as the import goes.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub consents: Consents,
    pub renumbered: u64,
    pub deactivated: u64,
    pub sessions_ended: u64,
    pub still_inactive: u64,
    /// What the importer may not do.
    pub withheld: Withheld,
    /// Items of which nothing was done for that reason.
    pub items_left_out: u64,
    pub warnings: Vec<String>,
}

/// Told how far an import is. Called often: be quick.
pub trait Watch {
    /// Bytes read so far.
    fn read(&self, bytes: u64);
    /// Items written so far, of how many.
    fn done(&self, items: u64, total: u64);
}
