//! A login that waits for a second person: pending → approved → used, or
//! denied, cancelled, run out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bounded::{IdText, InvalidText, Reason};
use super::document::DocumentRef;
use super::ids::{CustomerId, SessionId, Ticket};
use super::time::Timestamp;

/// A request's id: 64 random bits in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(IdText);

impl RequestId {
    /// Digits that are enough to name one.
    pub const SHORT_LENGTH: usize = 6;
    const LENGTH: usize = 16;

    /// From 64 random bits.
    pub fn from_bits(bits: [u8; 8]) -> Self {
        Self(IdText::new_unchecked(format!(
            "{:016x}",
            u64::from_be_bytes(bits)
        )))
    }

    /// Takes any text of that form: an id that does not exist is simply not
    /// found.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidText> {
        IdText::new(text).map(Self)
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be the beginning of an id.
    pub fn is_prefix(&self) -> bool {
        let is_digit = |b| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        self.0.bytes().all(is_digit) && (Self::SHORT_LENGTH..Self::LENGTH).contains(&self.0.len())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody has decided yet.
    Pending,
    /// The agent's next login for that customer may use it, once.
    Approved,
    Denied,
    /// By its requester, or because the customer is gone.
    Cancelled,
    Used,
    /// Time ran out. Never stored: whether it did is judged by the clock.
    Expired,
}

/// What can be done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestAction {
    Approve,
    Deny,
    Cancel,
    Use,
}

impl RequestState {
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Approved,
        Self::Denied,
        Self::Cancelled,
        Self::Used,
        Self::Expired,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Cancelled => "cancelled",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Pending or approved.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Approved)
    }

    /// Where a step leads; `None` where it cannot be taken. What is over stays
    /// over.
    pub fn apply(self, step: RequestAction) -> Option<Self> {
        match (self, step) {
            (Self::Pending, RequestAction::Approve) => Some(Self::Approved),
            (Self::Pending, RequestAction::Deny) => Some(Self::Denied),
            (Self::Pending | Self::Approved, RequestAction::Cancel) => Some(Self::Cancelled),
            (Self::Approved, RequestAction::Use) => Some(Self::Used),
            _ => None,
        }
    }
}

/// Why a login needs a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalCause {
    /// `lac/approval/required` of the customer's website.
    Website,
    /// The customer is flagged vip.
    Vip,
    /// The agent's role is among `lac/approval/roles`.
    Role,
    /// It would go on without the customer's consent. No cause by itself; where
    /// there is another, the second person agrees to this too.
    Override,
}

impl ApprovalCause {
    pub const ALL: [Self; 4] = [Self::Website, Self::Vip, Self::Role, Self::Override];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Website => "website",
            Self::Vip => "vip",
            Self::Role => "role",
            Self::Override => "override",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// What decides whether a login needs a second person.
#[derive(Debug, Clone, Copy)]
pub struct ApprovalCriteria<'a> {
    /// `lac/approval/required` for the customer's website.
    pub website_requires: bool,
    /// `lac/approval/vip` for the customer's website.
    pub vip_requires: bool,
    pub customer_is_vip: bool,
    /// `lac/approval/roles`.
    pub approval_roles: &'a [&'a str],
    pub agent_role: Option<&'a str>,
    /// Whether it would go on without the customer's consent.
    pub is_override: bool,
}

/// Every reason for which a login needs a second person; none: it needs none.
pub fn approval_causes(marks: &ApprovalCriteria<'_>) -> Vec<ApprovalCause> {
    let is_marked = marks
        .agent_role
        .is_some_and(|role| marks.approval_roles.contains(&role));
    let is_vip = marks.vip_requires && marks.customer_is_vip;
    let is_needed = marks.website_requires || is_vip || is_marked;
    [
        (ApprovalCause::Website, marks.website_requires),
        (ApprovalCause::Vip, is_vip),
        (ApprovalCause::Role, is_marked),
        (ApprovalCause::Override, marks.is_override && is_needed),
    ]
    .into_iter()
    .filter_map(|(cause, holds)| holds.then_some(cause))
    .collect()
}

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    pub id: RequestId,
    /// As stored; see [`Self::state_at`].
    pub state: RequestState,
    /// The event that made it; requests are listed by it, newest first.
    pub request_seq: u64,
    pub admin_id: i64,
    pub admin: String,
    pub customer_id: CustomerId,
    /// The customer's.
    pub website_id: i64,
    /// Where the login would be, by code: what the approver saw.
    pub store_view: String,
    pub document: Option<DocumentRef>,
    pub reason: Option<Reason>,
    pub ticket: Option<Ticket>,
    pub causes: Vec<ApprovalCause>,
    pub requested_at: Timestamp,
    /// When the request, or the approval it got, runs out.
    pub expires_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by_id: Option<i64>,
    pub decided_by: Option<String>,
    pub decision_reason: Option<Reason>,
    /// The session that used it.
    pub session_id: Option<SessionId>,
}

impl ApprovalRequest {
    /// Whether the second person is asked to agree that it goes on without the
    /// customer's consent.
    pub fn is_override(&self) -> bool {
        self.causes.contains(&ApprovalCause::Override)
    }

    /// The state at `now`. A clock that stands before the request, or before
    /// its approval, is not to be trusted with how much time is left: then
    /// nothing is.
    pub fn state_at(&self, now: Timestamp) -> RequestState {
        let since = self.decided_at.unwrap_or(self.requested_at);
        let is_over = now >= self.expires_at || now < self.requested_at || now < since;
        if self.state.is_open() && is_over {
            RequestState::Expired
        } else {
            self.state
        }
    }

    /// The state after a step taken at `now`; as an error, the state in which
    /// it cannot be taken.
    pub fn apply(&self, step: RequestAction, now: Timestamp) -> Result<RequestState, RequestState> {
        let state = self.state_at(now);
        state.apply(step).ok_or(state)
    }
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
