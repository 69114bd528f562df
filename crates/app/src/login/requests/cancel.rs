//! Cancels requests: by the agent who made them, or because the customer was
//! removed.

use serde::{Deserialize, Serialize};

use super::{RequestChanged, RequestView, describe_request, find_request, request_closed};
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_ledger::appender::RecordedEvent;
use lac_model::approval::{ApprovalRequest, RequestAction, RequestId, RequestState};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Permit, RequestQuery, RequestWrite, Result};

/// Cancels one of the actor's own requests, pending or approved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestCancel {
    pub id: RequestId,
}

impl Act for RequestCancel {
    const ANY_OF: &'static [Resource] = &[Resource::LOGIN_BUTTON, Resource::LAC_APPROVE];
}

impl Covers<RequestWrite> for RequestCancel {}

impl RequestCancel {
    /// # Errors
    /// `resource_denied`, `request_not_found` (also for other agents'
    /// requests), `invalid_value` if several ids start with the given prefix,
    /// `request_closed`.
    pub fn run(self, context: &Context<'_>) -> Result<RequestChanged> {
        let fill = |event: &mut lac_model::audit::Event| {
            event.add_detail("request", self.id.as_str());
        };
        write::<Self, _>(context, Action::RequestCancel, fill, |work, permit| {
            let request = find_request(work, &self.id)?;
            if work.actor.admin_id() != Some(request.admin_id) {
                return Err(Fault::RequestNotFound {
                    request: format!("{} of yours", request.id),
                });
            }
            let mut draft = work.draft.clone();
            describe_request(work, &request, &mut draft)?;
            work.draft = draft;
            let (request, recorded) = cancel_request(work, &permit.narrow(), request, None)?;
            let answer = RequestChanged {
                request: RequestView::from_request(work, request)?,
                changed: true,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}

/// Cancels an open request and records an event for it. `cause` says why, if it
/// was not the agent who cancelled.
pub fn cancel_request(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, RequestWrite>,
    request: ApprovalRequest,
    cause: Option<&str>,
) -> Result<(ApprovalRequest, RecordedEvent)> {
    let state = request
        .apply(RequestAction::Cancel, work.now)
        .map_err(|state| request_closed(&request, state))?;
    let from = request.state;
    let after = ApprovalRequest { state, ..request };
    if !work.tx.request_transition(permit, &after, from)? {
        return Err(request_closed(&after, state));
    }
    let mut event = work.event(Action::RequestCancel);
    describe_request(work, &after, &mut event)?;
    if let Some(cause) = cause {
        event.add_detail("cause", cause);
    }
    let recorded = work.record_event(&event)?;
    Ok((after, recorded))
}

/// Cancels all open requests for a customer who is being removed. Returns their
/// number.
pub fn cancel_requests_of_customer(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, RequestWrite>,
    customer: CustomerId,
) -> Result<usize> {
    let query = RequestQuery {
        customer_id: Some(customer),
        states: vec![RequestState::Pending, RequestState::Approved],
        ..RequestQuery::default()
    };
    // Including expired requests: the clock may be wrong.
    let open = work.read.requests(&query)?;
    let closed = open.len();
    for request in open {
        let _ = cancel_request(work, permit, request, Some("customer_removed"))?;
    }
    Ok(closed)
}
