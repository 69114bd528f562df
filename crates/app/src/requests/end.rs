//! Requests that are taken back: by whoever asked, or because the customer is
//! gone.

use serde::{Deserialize, Serialize};

use super::{Decided, RequestRow, closed, describe, one};
use crate::{Desk, Done, Work, act};
use lac_ledger::appender::Recorded;
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::request::{LoginRequest, RequestId, RequestState, Step};
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Permit, RequestQuery, RequestWrite, Result};

/// Takes a request of one's own back, approved or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cancel {
    pub id: RequestId,
}

impl Act for Cancel {
    const ANY_OF: &'static [Resource] = &[Resource::LOGIN_BUTTON, Resource::LAC_APPROVE];
}

impl Covers<RequestWrite> for Cancel {}

impl Cancel {
    /// # Errors
    /// `resource_denied`, `request_not_found` (also for somebody else's),
    /// `request_closed`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Decided> {
        let fill = |event: &mut lac_model::audit::Event| {
            event.detail("request", self.id.as_str());
        };
        act::<Self, _>(desk, Action::RequestCancel, fill, |work, permit| {
            let request = one(work, &self.id)?;
            if work.actor.admin_id() != Some(request.admin_id) {
                return Err(Fault::RequestNotFound {
                    request: format!("{} of yours", request.id),
                });
            }
            let mut draft = work.draft.clone();
            describe(work, &request, &mut draft)?;
            work.draft = draft;
            let (request, recorded) = cancel(work, &permit.narrow(), request, None)?;
            let answer = Decided {
                request: RequestRow::of(work, request)?,
                changed: true,
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }
}

/// Closes one open request and records it as an event of its own; `cause`
/// where nobody took it back.
///
/// # Errors
/// `request_closed`.
pub fn cancel(
    work: &mut Work<'_>,
    permit: &Permit<'_, RequestWrite>,
    request: LoginRequest,
    cause: Option<&str>,
) -> Result<(LoginRequest, Recorded)> {
    let state = request
        .stepped(Step::Cancel, work.now)
        .map_err(|state| closed(&request, state))?;
    let from = request.state;
    let after = LoginRequest { state, ..request };
    if !work.tx.request_step(permit, &after, from)? {
        return Err(closed(&after, state));
    }
    let mut event = work.event(Action::RequestCancel);
    describe(work, &after, &mut event)?;
    if let Some(cause) = cause {
        event.detail("cause", cause);
    }
    let recorded = work.record_also(&event)?;
    Ok((after, recorded))
}

/// Closes every open request about a customer who goes. Returns how many.
pub fn cancel_for_customer(
    work: &mut Work<'_>,
    permit: &Permit<'_, RequestWrite>,
    customer: CustomerId,
) -> Result<usize> {
    let query = RequestQuery {
        customer_id: Some(customer),
        states: vec![RequestState::Pending, RequestState::Approved],
        ..RequestQuery::default()
    };
    // Also those that seem to have run out: a clock may be wrong.
    let open = work.read.requests(&query)?;
    let closed = open.len();
    for request in open {
        let _ = cancel(work, permit, request, Some("customer_removed"))?;
    }
    Ok(closed)
}
