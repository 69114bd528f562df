//! What lists can be asked for.

use serde::{Deserialize, Serialize};

use crate::domain::audit::{ActionGroup, Outcome};
use crate::domain::customer::Customer;
use crate::domain::ids::CustomerId;
use crate::domain::session::SessionState;
use crate::domain::time::Timestamp;

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
    pub next: Option<String>,
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

/// Which events. Several values of one filter mean any of them; several
/// filters mean all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventQuery {
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    pub groups: Vec<ActionGroup>,
    pub actions: Vec<String>,
    pub admins: Vec<String>,
    pub customers: Vec<CustomerId>,
    pub outcome: Option<Outcome>,
    /// What a custom role scope sees: events of these websites (codes), and
    /// those of the admin user itself.
    pub visible: Option<Visible>,
    /// Only seqs below this (the cursor when newest first) or above it.
    pub after: Option<u64>,
    pub limit: Option<usize>,
    /// Oldest first instead of newest first.
    pub ascending: bool,
}

/// The part of the log that exists for an actor with a custom scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visible {
    pub websites: Vec<String>,
    pub admin_id: Option<i64>,
}
