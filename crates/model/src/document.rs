//! What a login can start from besides the customer: order, invoice, shipment,
//! credit memo.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{CustomerId, Ticket};
use super::resource::Resource;
use super::time::Timestamp;

/// The four kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    Order,
    Invoice,
    Shipment,
    CreditMemo,
}

impl DocumentKind {
    pub const ALL: [Self; 4] = [Self::Order, Self::Invoice, Self::Shipment, Self::CreditMemo];

    /// The word in the log and in JSON: `order`, `invoice`, `shipment`, `credit_memo`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Invoice => "invoice",
            Self::Shipment => "shipment",
            Self::CreditMemo => "credit_memo",
        }
    }

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::CreditMemo => "credit memo",
            other => other.as_str(),
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What one must hold to start from this kind.
    pub fn resource(self) -> Resource {
        match self {
            Self::Order => Resource::SALES_ORDER,
            Self::Invoice => Resource::SALES_INVOICE,
            Self::Shipment => Resource::SALES_SHIPMENT,
            Self::CreditMemo => Resource::SALES_CREDIT_MEMO,
        }
    }
}

/// The number itself: `#000000001` in an e-mail is order 000000001.
pub fn normalize_number(written: &str) -> &str {
    let written = written.trim();
    written.strip_prefix('#').unwrap_or(written).trim_start()
}

/// A document as people name it: `order:000000001`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    pub kind: DocumentKind,
    /// The increment id: unique per kind and store view only.
    pub number: String,
}

impl DocumentRef {
    /// A number as people write it: white space and a leading `#` are none of
    /// it.
    pub fn new(kind: DocumentKind, written: &str) -> Self {
        Self {
            kind,
            number: normalize_number(written).to_owned(),
        }
    }

    /// Whether the number is one, and no name or address typed in its place:
    /// 1 to 64 of the characters `A-Z a-z 0-9 # _ . / -`, as a ticket's. Only
    /// such a one goes into a record of the log, which is never erased.
    pub fn has_valid_number(&self) -> bool {
        self.number.parse::<Ticket>().is_ok()
    }
}

impl fmt::Display for DocumentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.number)
    }
}

/// A document as it is kept. Invoices, shipments and credit memos belong to a
/// customer through their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub kind: DocumentKind,
    pub entity_id: i64,
    pub number: String,
    /// The order's `entity_id`; an order's own.
    pub order_id: i64,
    pub store_view_id: Option<i64>,
    /// Orders only; `None` for a guest's.
    pub customer_id: Option<CustomerId>,
    /// Orders only: the address, to find customers known from CSV alone.
    pub customer_email: Option<String>,
    pub created_at: Option<Timestamp>,
}

impl Document {
    pub fn to_ref(&self) -> DocumentRef {
        DocumentRef {
            kind: self.kind,
            number: self.number.clone(),
        }
    }
}
