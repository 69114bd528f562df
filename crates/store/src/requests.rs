//! The port's traits for approval requests and for notices (the outbox).

use serde::{Deserialize, Serialize};

use super::{OutboxWrite, Permit, RequestWrite, Result};
use lac_model::approval::{ApprovalRequest, RequestId, RequestState};
use lac_model::ids::CustomerId;
use lac_model::notice::{Notice, NoticeId, NoticeState};
use lac_model::time::Timestamp;

/// Which approval requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestQuery {
    pub admin_id: Option<i64>,
    pub customer_id: Option<CustomerId>,
    /// The stored states; empty for any.
    pub states: Vec<RequestState>,
    pub websites: Option<Vec<i64>>,
    /// Only requests whose event has a seq below this one.
    pub before: Option<u64>,
    pub limit: Option<usize>,
}

/// Approval requests: logins that need a second person's approval.
pub trait RequestReads {
    fn request(&self, id: &RequestId) -> Result<Option<ApprovalRequest>>;
    /// Up to `max` ids that begin with `prefix` (hexadecimal digits), in
    /// order.
    fn request_ids_with_prefix(&self, prefix: &str, max: usize) -> Result<Vec<RequestId>>;
    /// The requests that match `query`, newest first.
    fn requests(&self, query: &RequestQuery) -> Result<Vec<ApprovalRequest>>;
}

/// Changes to approval requests.
pub trait RequestWrites {
    fn request_add(
        &self,
        permit: &Permit<'_, RequestWrite>,
        request: &ApprovalRequest,
    ) -> Result<()>;
    /// Stores `after` (state, expiry, decision and session) if the stored state
    /// is still `from`, in one conditional update. `false` if it is not: of
    /// several callers only one gets `true`.
    fn request_transition(
        &self,
        permit: &Permit<'_, RequestWrite>,
        after: &ApprovalRequest,
        from: RequestState,
    ) -> Result<bool>;
    /// Deletes the reasons from all requests about a customer, and returns how
    /// many requests had one.
    fn requests_erase_reasons(
        &self,
        permit: &Permit<'_, RequestWrite>,
        id: CustomerId,
    ) -> Result<u64>;
}

/// Which notices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeQuery {
    pub state: Option<NoticeState>,
    pub websites: Option<Vec<i64>>,
    /// Only notices with a smaller number.
    pub before: Option<u64>,
    pub limit: Option<usize>,
}

/// The outcome of delivering a claimed notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOutcome {
    pub id: NoticeId,
    /// The notice's `attempts` when it was claimed. Identifies the claim.
    pub attempt: u32,
    /// `None` if the delivery failed.
    pub delivered_at: Option<Timestamp>,
    pub next_at: Option<Timestamp>,
    pub error: Option<String>,
}

/// Notices for hooks.
pub trait OutboxReads {
    /// The notices that match `query`, newest first.
    fn notices(&self, query: &NoticeQuery) -> Result<Vec<Notice>>;
    fn notice(&self, id: &NoticeId) -> Result<Option<Notice>>;
    /// Whether a notice is due at `now` and not claimed.
    fn has_due_notice(&self, now: Timestamp) -> Result<bool>;
}

/// Changes to notices. Deliveries use
/// [`Store::outbox_claim`](super::Store::outbox_claim).
pub trait OutboxWrites {
    /// Inserts a notice. The store chooses its number, larger than all before.
    fn notice_add(&self, permit: &Permit<'_, OutboxWrite>, notice: &Notice) -> Result<()>;
    /// Makes an undelivered notice due at `at` and resets its attempts (unless
    /// it is being delivered right now). `false` if it was delivered or does
    /// not exist.
    fn notice_retry(
        &self,
        permit: &Permit<'_, OutboxWrite>,
        id: &NoticeId,
        at: Timestamp,
    ) -> Result<bool>;
    /// Deletes all notices about a customer, and returns how many.
    fn notices_remove_by_customer(
        &self,
        permit: &Permit<'_, OutboxWrite>,
        id: CustomerId,
    ) -> Result<u64>;
}
