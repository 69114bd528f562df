//! Approves or denies requests. The approver needs `Lac::approve`, must see the
//! customer's website, and must not be the agent who made the request.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{RequestChanged, RequestView, describe_request, find_request, request_closed};
use crate::{Context, UnitOfWork, WriteOutcome, current_agent, write};
use lac_ledger::appender::RecordedEvent;
use lac_model::approval::{ApprovalRequest, RequestAction, RequestId, RequestState};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{BoundedList, MAX_IDS_PER_REQUEST, Reason};
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Permit, RequestWrite, Result};

/// Approves or denies requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestDecide {
    pub ids: BoundedList<RequestId, MAX_IDS_PER_REQUEST>,
    pub verdict: Decision,
    pub reason: Option<Reason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    Deny,
}

impl Decision {
    fn action(self) -> Action {
        match self {
            Self::Approve => Action::RequestApprove,
            Self::Deny => Action::RequestDeny,
        }
    }

    fn transition(self) -> RequestAction {
        match self {
            Self::Approve => RequestAction::Approve,
            Self::Deny => RequestAction::Deny,
        }
    }
}

impl Act for RequestDecide {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_APPROVE];
}

impl Covers<RequestWrite> for RequestDecide {}

impl RequestDecide {
    /// # Errors
    /// `resource_denied`, `request_not_found`, `invalid_value` if several ids
    /// start with a given prefix, `own_request`, `request_closed`. Then no
    /// request is changed.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<RequestChanged>> {
        let fill = |event: &mut Event| event.reason = self.reason.as_ref().map(ToString::to_string);
        write::<Self, _>(context, self.verdict.action(), fill, |work, permit| {
            let mut requests: Vec<ApprovalRequest> = Vec::new();
            for id in &self.ids {
                work.draft.add_detail("request", id.as_str());
                let request = find_request(work, id)?;
                if requests.iter().all(|known| known.id != request.id) {
                    requests.push(request);
                }
            }
            let (mut decided, mut last) = (Vec::new(), None);
            let asked = work.draft.clone();
            for request in requests {
                // If this request is refused, the event of the refusal
                // describes it.
                work.draft = asked.clone();
                let mut event = asked.clone();
                describe_request(work, &request, &mut event)?;
                work.draft.clone_from(&event);
                let (request, recorded) = self.decide(work, &permit.narrow(), request, event)?;
                last = Some(recorded);
                decided.push(RequestChanged {
                    request: RequestView::from_request(work, request)?,
                    changed: true,
                });
            }
            Ok(match last {
                Some(recorded) => WriteOutcome::Recorded(decided, recorded),
                None => WriteOutcome::Unchanged(decided),
            })
        })
    }

    fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, RequestWrite>,
        request: ApprovalRequest,
        mut event: Event,
    ) -> Result<(ApprovalRequest, RecordedEvent)> {
        let decider = work.actor.admin_id();
        if decider == Some(request.admin_id) {
            return Err(Fault::OwnRequest {
                request: request.id.to_string(),
            });
        }
        let state = request
            .apply(self.verdict.transition(), work.now)
            .map_err(|state| request_closed(&request, state))?;
        if state == RequestState::Approved && !may_requester_still_log_in(work, &request)? {
            return Err(Fault::RequestClosed {
                request: request.id.to_string(),
                state: "who asked may no longer log in".to_owned(),
            });
        }
        let from = request.state;
        let mut after = ApprovalRequest {
            state,
            decided_at: Some(work.now),
            decided_by_id: decider,
            decided_by: Some(work.actor.name.clone()),
            decision_reason: self.reason.clone(),
            ..request
        };
        if state == RequestState::Approved {
            let life = work.config.at_default(config::APPROVAL_EXPIRATION_TIME)?;
            let life = Duration::from_secs(life.as_number().unwrap_or(3600));
            after.expires_at = work.now.saturating_add(life);
            event.add_detail("expires_at", after.expires_at.to_string());
        }
        if !work.tx.request_transition(permit, &after, from)? {
            return Err(request_closed(&after, state));
        }
        let recorded = work.record_event(&event)?;
        Ok((after, recorded))
    }
}

/// Whether the agent who made the request still exists and may still log in on
/// the customer's website.
fn may_requester_still_log_in(work: &UnitOfWork<'_>, request: &ApprovalRequest) -> Result<bool> {
    let agent = current_agent(work.read, request.admin_id)?;
    Ok(agent.is_some_and(|agent| {
        agent.rights.allows(Resource::LOGIN_BUTTON) && agent.can_see_website(request.website_id)
    }))
}
