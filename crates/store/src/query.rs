//! What lists can be filtered by.

use serde::{Deserialize, Serialize};

use lac_model::audit::{LogVisibility, Selection};
use lac_model::customer::Customer;
use lac_model::ids::CustomerId;
use lac_model::session::SessionState;

/// Which customers, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerQuery {
    /// A text that the e-mail address or name contains, without regard to case.
    /// Customers whose address begins with it come first.
    pub search: Option<String>,
    /// Only customers whose address begins with this.
    pub email_prefix: Option<String>,
    /// Only customers of these websites (ids); `None` for all.
    pub websites: Option<Vec<i64>>,
    /// The `next_cursor` of the page before.
    pub after: Option<String>,
    /// The largest number of rows.
    pub limit: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerPage {
    pub customers: Vec<Customer>,
    /// `None` on the last page.
    pub next_cursor: Option<String>,
}

/// Which sessions. They are listed newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionQuery {
    pub admin_id: Option<i64>,
    pub customer_id: Option<CustomerId>,
    /// The stored states; empty for any.
    pub states: Vec<SessionState>,
    pub websites: Option<Vec<i64>>,
    /// Only sessions older than the one with this id.
    pub after: Option<String>,
    pub limit: Option<usize>,
}

impl SessionQuery {
    /// All sessions that are stored as open, including those that have run out
    /// since.
    pub fn all_open() -> Self {
        Self {
            states: vec![SessionState::Issued, SessionState::Active],
            ..Self::default()
        }
    }
}

/// Which events, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventQuery {
    pub select: Selection,
    /// The events that an actor with a custom role scope may see.
    pub visible: Option<LogVisibility>,
    pub hints: EventHints,
    /// Only seqs below this one (newest first) or above it (`ascending`).
    pub after: Option<u64>,
    pub limit: Option<usize>,
    /// Oldest first instead of newest first.
    pub ascending: bool,
}

/// What the caller knows about the result. It makes the search faster and never
/// changes the result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventHints {
    /// All matching events have seqs from `first` to `last`, both included.
    pub first: Option<u64>,
    pub last: Option<u64>,
    /// All matching events are about one of these customers, unless empty.
    pub customers: Vec<CustomerId>,
}
