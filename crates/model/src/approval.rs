//! Approval requests: logins that need a second person's approval. A request
//! goes from pending to approved to used, or it is denied, cancelled or
//! expired.

use serde::{Deserialize, Serialize};

use super::bounded::Reason;
use super::document::DocumentRef;
use super::ids::{CustomerId, SessionId, Ticket, random_id};
use super::time::Timestamp;

random_id! {
    /// The id of a request: 64 random bits in lower-case hex.
    RequestId
}

impl RequestId {
    /// The number of digits that are shown and that are enough to name a
    /// request.
    pub const SHORT_LENGTH: usize = 6;
    const LENGTH: usize = 16;

    /// Whether the text has the form of an id's beginning.
    pub fn is_prefix(&self) -> bool {
        let is_digit = |b| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        self.0.bytes().all(is_digit) && (Self::SHORT_LENGTH..Self::LENGTH).contains(&self.0.len())
    }
}

/// The state of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    Pending,
    /// The agent's next login as this customer may use it, once.
    Approved,
    Denied,
    /// Cancelled by the person who made it, or because the customer was
    /// removed.
    Cancelled,
    Used,
    /// Its time is over. Never stored: it follows from the time.
    Expired,
}

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

    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Approved)
    }

    /// The state after an action; `None` if the action is not possible. A
    /// closed request never changes.
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

/// Why a login needs a second person's approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalCause {
    /// `lac/approval/required` is set for the customer's website.
    Website,
    /// The customer is marked as VIP.
    Vip,
    /// The agent's role is in `lac/approval/roles`.
    Role,
    /// The login overrides missing consent. This alone is not a cause, but if
    /// there is another, the second person approves the override as well.
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

/// The facts that decide whether a login needs approval.
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
    /// Whether the login overrides missing consent.
    pub is_override: bool,
}

/// All causes for which a login needs approval; empty if it needs none.
pub fn approval_causes(criteria: &ApprovalCriteria<'_>) -> Vec<ApprovalCause> {
    let role_needs_approval = criteria
        .agent_role
        .is_some_and(|role| criteria.approval_roles.contains(&role));
    let is_vip = criteria.vip_requires && criteria.customer_is_vip;
    let is_needed = criteria.website_requires || is_vip || role_needs_approval;
    [
        (ApprovalCause::Website, criteria.website_requires),
        (ApprovalCause::Vip, is_vip),
        (ApprovalCause::Role, role_needs_approval),
        (ApprovalCause::Override, criteria.is_override && is_needed),
    ]
    .into_iter()
    .filter_map(|(cause, holds)| holds.then_some(cause))
    .collect()
}

/// An approval request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    pub id: RequestId,
    /// The stored state; see [`Self::state_at`].
    pub state: RequestState,
    /// The seq of the event that created it. Lists are ordered by it.
    pub request_seq: u64,
    pub admin_id: i64,
    pub admin: String,
    pub customer_id: CustomerId,
    /// The customer's website.
    pub website_id: i64,
    /// The code of the store view to log in to, as the approver saw it.
    pub store_view: String,
    pub document: Option<DocumentRef>,
    pub reason: Option<Reason>,
    pub ticket: Option<Ticket>,
    pub causes: Vec<ApprovalCause>,
    pub requested_at: Timestamp,
    /// When the pending request, or the approval, expires.
    pub expires_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by_id: Option<i64>,
    pub decided_by: Option<String>,
    pub decision_reason: Option<Reason>,
    /// The session that used the approval.
    pub session_id: Option<SessionId>,
    /// Whether the session is to be read-only.
    pub read_only: bool,
}

impl ApprovalRequest {
    /// Whether the request asks to override missing consent.
    pub fn is_override(&self) -> bool {
        self.causes.contains(&ApprovalCause::Override)
    }

    /// The state at `now`. If the clock is before the request or its approval,
    /// the time that is left cannot be known, and the state is `Expired`.
    pub fn state_at(&self, now: Timestamp) -> RequestState {
        let since = self.decided_at.unwrap_or(self.requested_at);
        let is_over = now >= self.expires_at || now < self.requested_at || now < since;
        if self.state.is_open() && is_over {
            RequestState::Expired
        } else {
            self.state
        }
    }

    /// The state after an action at `now`; as an error, the state that does not
    /// allow it.
    pub fn apply(&self, step: RequestAction, now: Timestamp) -> Result<RequestState, RequestState> {
        let state = self.state_at(now);
        state.apply(step).ok_or(state)
    }
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
