//! Orders, invoices, shipments and credit memos: documents that a login can
//! start from instead of a customer.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{CustomerId, Ticket};
use super::resource::Resource;
use super::time::Timestamp;

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

    /// The name in the log and in JSON: `order`, `invoice`, `shipment`,
    /// `credit_memo`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Invoice => "invoice",
            Self::Shipment => "shipment",
            Self::CreditMemo => "credit_memo",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::CreditMemo => "credit memo",
            other => other.as_str(),
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The resource that is needed to start from this kind of document.
    pub fn resource(self) -> Resource {
        match self {
            Self::Order => Resource::SALES_ORDER,
            Self::Invoice => Resource::SALES_INVOICE,
            Self::Shipment => Resource::SALES_SHIPMENT,
            Self::CreditMemo => Resource::SALES_CREDIT_MEMO,
        }
    }
}

/// The number without white space and `#`: an e-mail writes `#000000001`.
pub fn normalize_number(written: &str) -> &str {
    let written = written.trim();
    written.strip_prefix('#').unwrap_or(written).trim_start()
}

/// A document by kind and number: `order:000000001`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    pub kind: DocumentKind,
    /// The increment id, which is unique only for one kind in one store view.
    pub number: String,
}

impl DocumentRef {
    /// `written` may contain white space around the number and a leading `#`.
    pub fn new(kind: DocumentKind, written: &str) -> Self {
        Self {
            kind,
            number: normalize_number(written).to_owned(),
        }
    }

    /// Whether this can be a number, not a name or address typed in its place:
    /// 1 to 64 of the characters `A-Z a-z 0-9 # _ . / -`, as in a ticket. Only
    /// such a number is put into a record of the log, which is never erased.
    pub fn has_valid_number(&self) -> bool {
        self.number.parse::<Ticket>().is_ok()
    }
}

impl fmt::Display for DocumentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.number)
    }
}

/// A document as storefronts name it: `order:000000001`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentName(DocumentRef);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a document is order, invoice, shipment or credit_memo, a colon and its number: \
     order:000000001"
)]
pub struct InvalidDocumentName;

impl DocumentName {
    pub fn to_ref(&self) -> &DocumentRef {
        &self.0
    }
}

impl std::str::FromStr for DocumentName {
    type Err = InvalidDocumentName;

    fn from_str(text: &str) -> Result<Self, InvalidDocumentName> {
        let (kind, number) = text.split_once(':').ok_or(InvalidDocumentName)?;
        let kind = DocumentKind::from_stored(kind).ok_or(InvalidDocumentName)?;
        let document = DocumentRef {
            kind,
            number: number.to_owned(),
        };
        if !document.has_valid_number() {
            return Err(InvalidDocumentName);
        }
        Ok(Self(document))
    }
}

impl TryFrom<String> for DocumentName {
    type Error = InvalidDocumentName;

    fn try_from(text: String) -> Result<Self, InvalidDocumentName> {
        text.parse()
    }
}

impl From<DocumentName> for String {
    fn from(name: DocumentName) -> Self {
        name.0.to_string()
    }
}

/// A document. Invoices, shipments and credit memos belong to a customer
/// through their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub kind: DocumentKind,
    pub entity_id: i64,
    pub number: String,
    /// The `entity_id` of the order (of an order: its own).
    pub order_id: i64,
    pub store_view_id: Option<i64>,
    /// Only in orders; `None` for a guest's order.
    pub customer_id: Option<CustomerId>,
    /// Only in orders: finds customers that were imported from CSV without an
    /// id.
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
