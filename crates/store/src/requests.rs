//! The port's part for logins that wait for a second person, and for notices.

use serde::{Deserialize, Serialize};

use super::{OutboxWrite, Permit, RequestWrite, Result};
use lac_model::approval::{ApprovalRequest, RequestId, RequestState};
use lac_model::ids::CustomerId;
use lac_model::notice::{Notice, NoticeId, NoticeState};
use lac_model::time::Timestamp;

/// Which requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestQuery {
    pub admin_id: Option<i64>,
    pub customer_id: Option<CustomerId>,
    /// As stored; empty for any.
    pub states: Vec<RequestState>,
    pub websites: Option<Vec<i64>>,
    /// Only those made before the event of this seq.
    pub before: Option<u64>,
    pub limit: Option<usize>,
}

pub trait RequestReads {
    fn request(&self, id: &RequestId) -> Result<Option<ApprovalRequest>>;
    /// Ids that begin so, in order, `most` at most. What they begin with is
    /// hexadecimal.
    fn request_ids_with_prefix(&self, beginning: &str, most: usize) -> Result<Vec<RequestId>>;
    /// Newest first.
    fn requests(&self, query: &RequestQuery) -> Result<Vec<ApprovalRequest>>;
}

pub trait RequestWrites {
    fn request_add(
        &self,
        permit: &Permit<'_, RequestWrite>,
        request: &ApprovalRequest,
    ) -> Result<()>;
    /// Puts a request's state, times and decision in one conditional UPDATE;
    /// `false` if it was no longer in the state `from`. However many try, one
    /// gets `true`.
    fn request_transition(
        &self,
        permit: &Permit<'_, RequestWrite>,
        after: &ApprovalRequest,
        from: RequestState,
    ) -> Result<bool>;
    /// Removes what people wrote from the requests about a customer; from how
    /// many.
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
    /// Only those with a smaller number.
    pub before: Option<u64>,
    pub limit: Option<usize>,
}

/// How the delivery of a claimed notice came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOutcome {
    pub id: NoticeId,
    /// The claim: how often it had been tried, this time included.
    pub attempt: u32,
    /// When, if it was delivered.
    pub delivered_at: Option<Timestamp>,
    pub next_at: Option<Timestamp>,
    pub error: Option<String>,
}

pub trait OutboxReads {
    /// Newest first.
    fn notices(&self, query: &NoticeQuery) -> Result<Vec<Notice>>;
    fn notice(&self, id: &NoticeId) -> Result<Option<Notice>>;
    /// Whether one is due that nobody is delivering.
    fn has_due_notice(&self, now: Timestamp) -> Result<bool>;
}

pub trait OutboxWrites {
    /// The number is given by the store.
    fn notice_add(&self, permit: &Permit<'_, OutboxWrite>, notice: &Notice) -> Result<()>;
    /// Makes one that was not delivered due at once, counted anew.
    fn notice_retry(
        &self,
        permit: &Permit<'_, OutboxWrite>,
        id: &NoticeId,
        at: Timestamp,
    ) -> Result<bool>;
    /// Removes the notices about a customer; how many.
    fn notices_remove_by_customer(
        &self,
        permit: &Permit<'_, OutboxWrite>,
        id: CustomerId,
    ) -> Result<u64>;
}
