//! Kinds of files, and options of an import.

use serde::{Deserialize, Serialize};

/// The content of a file.
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

/// Options of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOptions {
    /// Leave invalid items out and list them. Without this, an invalid item
    /// ends the import.
    pub skip_invalid: bool,
    /// Report the changes, but make none.
    pub dry_run: bool,
    /// Accept a file whose number of items is not its `total_count`.
    pub partial: bool,
    /// Deactivate customers that are missing from the file.
    pub complete: bool,
    /// Deactivate them even if they are most customers.
    pub allow_empty: bool,
}

/// Receives the progress of an import. It is called often, so it must be fast.
pub trait ImportProgress {
    /// `bytes` were read so far.
    fn bytes_read(&self, bytes: u64);
    /// `items` of `total` were written so far.
    fn items_written(&self, items: u64, total: u64);
}
