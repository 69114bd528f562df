//! What lists can be asked for.

use serde::{Deserialize, Serialize};

use lac_model::audit::{LogVisibility, Selection};
use lac_model::customer::Customer;
use lac_model::ids::CustomerId;
use lac_model::session::SessionState;

/// A page of customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerQuery {
    /// Part of the e-mail address or name, without regard to case; addresses
    /// that begin with it come first.
    pub search: Option<String>,
    /// Only addresses that begin with this.
    pub email_prefix: Option<String>,
    /// Only these websites (by id); `None` for all.
    pub websites: Option<Vec<i64>>,
    /// Continues after the cursor of the page before.
    pub after: Option<String>,
    /// Rows at most.
    pub limit: usize,
}

/// The page, and how to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerPage {
    pub customers: Vec<Customer>,
    /// `None` when nothing follows.
    pub next_cursor: Option<String>,
}

/// Which sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionQuery {
    pub admin_id: Option<i64>,
    pub customer_id: Option<CustomerId>,
    /// As stored; empty for any.
    pub states: Vec<SessionState>,
    pub websites: Option<Vec<i64>>,
    /// Continues after this session (exclusive), newest first.
    pub after: Option<String>,
    pub limit: Option<usize>,
}

impl SessionQuery {
    /// Every session that is stored as open.
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
    /// What a custom role scope sees.
    pub visible: Option<LogVisibility>,
    pub hints: EventHints,
    /// Only seqs below this (the cursor when newest first) or above it.
    pub after: Option<u64>,
    pub limit: Option<usize>,
    /// Oldest first instead of newest first.
    pub ascending: bool,
}

/// What is known about the answer beforehand: narrows the search, never the
/// answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventHints {
    /// No event before this one fits, and none after that one.
    pub first: Option<u64>,
    pub last: Option<u64>,
    /// Only events about these customers fit.
    pub customers: Vec<CustomerId>,
}
