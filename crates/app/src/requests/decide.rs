//! A second person decides: somebody with `Lac::approve`, for whom the
//! customer's website exists, and who is not the one who asks.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Decided, RequestRow, closed, describe, one};
use crate::{Desk, Done, Work, act, agent_now};
use lac_ledger::appender::Recorded;
use lac_model::audit::{Action, Event};
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, MANY, Reason};
use lac_model::request::{LoginRequest, RequestId, RequestState, Step};
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Permit, RequestWrite, Result};

/// Decides requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decide {
    pub ids: BoundedList<RequestId, MANY>,
    pub verdict: Verdict,
    pub reason: Option<Reason>,
}

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approve,
    Deny,
}

impl Verdict {
    fn action(self) -> Action {
        match self {
            Self::Approve => Action::RequestApprove,
            Self::Deny => Action::RequestDeny,
        }
    }

    fn step(self) -> Step {
        match self {
            Self::Approve => Step::Approve,
            Self::Deny => Step::Deny,
        }
    }
}

impl Act for Decide {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_APPROVE];
}

impl Covers<RequestWrite> for Decide {}

impl Decide {
    /// # Errors
    /// `resource_denied`, `request_not_found`, `own_request`, `request_closed`;
    /// then none is decided.
    pub fn run(self, desk: &Desk<'_>) -> Result<Vec<Decided>> {
        let fill = |event: &mut Event| event.reason = self.reason.as_ref().map(ToString::to_string);
        act::<Self, _>(desk, self.verdict.action(), fill, |work, permit| {
            let mut requests: Vec<LoginRequest> = Vec::new();
            for id in &self.ids {
                work.draft.detail("request", id.as_str());
                let request = one(work, id)?;
                if requests.iter().all(|known| known.id != request.id) {
                    requests.push(request);
                }
            }
            let (mut decided, mut last) = (Vec::new(), None);
            let asked = work.draft.clone();
            for request in requests {
                // What is known so far, for the record of a refusal.
                work.draft = asked.clone();
                let mut event = asked.clone();
                describe(work, &request, &mut event)?;
                work.draft.clone_from(&event);
                let (request, recorded) = self.decide(work, &permit.narrow(), request, event)?;
                last = Some(recorded);
                decided.push(Decided {
                    request: RequestRow::of(work, request)?,
                    changed: true,
                });
            }
            Ok(match last {
                Some(recorded) => Done::Recorded(decided, recorded),
                None => Done::Unchanged(decided),
            })
        })
    }

    fn decide(
        &self,
        work: &mut Work<'_>,
        permit: &Permit<'_, RequestWrite>,
        request: LoginRequest,
        mut event: Event,
    ) -> Result<(LoginRequest, Recorded)> {
        let decider = work.actor.admin_id();
        if decider == Some(request.admin_id) {
            return Err(Fault::OwnRequest {
                request: request.id.to_string(),
            });
        }
        let state = request
            .stepped(self.verdict.step(), work.now)
            .map_err(|state| closed(&request, state))?;
        if state == RequestState::Approved && !still_asks(work, &request)? {
            return Err(Fault::RequestClosed {
                request: request.id.to_string(),
                state: "who asked may no longer log in".to_owned(),
            });
        }
        let from = request.state;
        let mut after = LoginRequest {
            state,
            decided_at: Some(work.now),
            decided_by_id: decider,
            decided_by: Some(work.actor.name.clone()),
            decision_reason: self.reason.clone(),
            ..request
        };
        if state == RequestState::Approved {
            let life = work.config.default(config::APPROVAL_EXPIRATION_TIME)?;
            let life = Duration::from_secs(life.number().unwrap_or(3600));
            after.expires_at = work.now.plus(life);
            event.detail("expires_at", after.expires_at.to_string());
        }
        if !work.tx.request_step(permit, &after, from)? {
            return Err(closed(&after, state));
        }
        let recorded = work.record_also(&event)?;
        Ok((after, recorded))
    }
}

/// Whether the requester is still there and may still log in as the customer.
fn still_asks(work: &Work<'_>, request: &LoginRequest) -> Result<bool> {
    let agent = agent_now(work.read, request.admin_id)?;
    Ok(agent.is_some_and(|agent| {
        agent.rights.hold(Resource::LOGIN_BUTTON) && agent.sees(request.website_id)
    }))
}
