//! What an import is asked.

use serde::{Deserialize, Serialize};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportKind {
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

impl ImportKind {
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
pub struct ImportOptions {
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

/// Told how far an import is. Called often: be quick.
pub trait ImportProgress {
    /// Bytes read so far.
    fn bytes_read(&self, bytes: u64);
    /// Items written so far, of how many.
    fn items_written(&self, items: u64, total: u64);
}
