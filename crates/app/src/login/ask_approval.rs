//! Requests an approval: makes all checks of a login, then creates a request
//! instead of a session.

use std::time::Duration;

use super::approval::{LoginDecision, current_approver, decide_login, document_ref, open_requests};
use super::start::resolve_target;
use super::target::LoginTarget;
use super::{LOGIN_RESOURCES, LoginRequest};
use crate::login::requests::{RequestView, cancel_request};
use crate::{Context, ReadView, UnitOfWork, WriteOutcome, write};
use lac_model::approval::{ApprovalCause, ApprovalRequest, RequestId, RequestState};
use lac_model::audit::Action;
use lac_model::config;
use lac_model::environment::random_bytes;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Permit, RequestWrite, Result};

use serde::{Deserialize, Serialize};

/// Requests an approval for a login by a second person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginAskApproval {
    #[serde(rename = "wish")]
    pub request: LoginRequest,
}

/// The request. `changed` is `false` if it existed before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApprovalAsked {
    #[serde(flatten)]
    pub request: RequestView,
    pub changed: bool,
}

impl Act for LoginAskApproval {
    const ANY_OF: &'static [Resource] = LOGIN_RESOURCES;
}

impl Covers<RequestWrite> for LoginAskApproval {}

impl LoginAskApproval {
    /// # Errors
    /// As [`LoginStart::run`](super::LoginStart::run), except
    /// `approval_required`; `invalid_value` if the login needs no approval;
    /// `already_exists` if there is an open request with another reason or
    /// ticket.
    pub fn run(self, context: &Context<'_>) -> Result<ApprovalAsked> {
        let fill = |event: &mut _| self.request.fill_event(event);
        write::<Self, _>(context, Action::RequestCreate, fill, |work, permit| {
            let target = resolve_target(work, &self.request)?;
            let decision = decide_login(work, &self.request, &target)?;
            save_request(work, &permit.narrow(), &target, decision)
        })
    }
}

fn save_request(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, RequestWrite>,
    target: &LoginTarget,
    decision: LoginDecision,
) -> Result<WriteOutcome<ApprovalAsked>> {
    let LoginDecision {
        request,
        judgement,
        causes,
        approval,
    } = decision;
    let stands_in_the_way = |fault: &Fault| !matches!(fault, Fault::ApprovalRequired { .. });
    if let Some(fault) = judgement.obstacles.into_iter().find(stands_in_the_way) {
        return Err(fault);
    }
    if causes.is_empty() {
        let reason = "this login needs no approval: leave the option out";
        return Err(Fault::invalid("--request", reason));
    }
    if let Some(approval) = approval {
        let request = RequestView::from_request(work, approval.request)?;
        return Ok(WriteOutcome::Unchanged(ApprovalAsked {
            request,
            changed: false,
        }));
    }
    let (Some(view), Some(admin_id)) = (judgement.store_view, work.actor.admin_id()) else {
        return Err(Fault::internal("a request without store view or agent"));
    };
    if let Some(known) = find_open_request(
        work,
        permit,
        target,
        (&view.code, &causes, judgement.read_only),
    )? {
        return answer_with_existing(work, &request, known);
    }
    let life = work.config.at_default(config::APPROVAL_EXPIRATION_TIME)?;
    let life = Duration::from_secs(life.as_number().unwrap_or(3600));
    let request = ApprovalRequest {
        id: RequestId::from_bits(random_bytes(work.random)),
        state: RequestState::Pending,
        request_seq: work.next_seq(),
        admin_id,
        admin: work.actor.name.clone(),
        customer_id: target.customer.id,
        website_id: target.customer.website_id,
        store_view: view.code.clone(),
        document: document_ref(target),
        reason: request.reason,
        ticket: request.ticket,
        causes,
        requested_at: work.now,
        expires_at: work.now.saturating_add(life),
        decided_at: None,
        decided_by_id: None,
        decided_by: None,
        decision_reason: None,
        session_id: None,
        read_only: judgement.read_only,
    };
    work.tx.request_add(permit, &request)?;
    work.draft.store_view = Some(view.code);
    work.draft.add_detail("request", request.id.as_str());
    let words: Vec<&str> = request.causes.iter().map(|c| c.as_str()).collect();
    work.draft.add_detail("causes", words);
    work.draft
        .add_detail("expires_at", request.expires_at.to_string());
    if request.read_only {
        work.draft.add_detail("read_only", true);
    }
    let recorded = work.record()?;
    let request = RequestView::from_request(work, request)?;
    let changed = true;
    Ok(WriteOutcome::Recorded(
        ApprovalAsked { request, changed },
        recorded,
    ))
}

/// The open request for the same login. Approved requests whose approver may no
/// longer approve are cancelled.
fn find_open_request(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, RequestWrite>,
    target: &LoginTarget,
    (store_view, causes, read_only): (&str, &[ApprovalCause], bool),
) -> Result<Option<ApprovalRequest>> {
    let mut known = None;
    for request in open_requests(work, target)? {
        let overrides = causes.contains(&ApprovalCause::Override);
        let is_same = request.store_view == store_view
            && request.is_override() == overrides
            && request.read_only == read_only;
        match request.state_at(work.now) {
            RequestState::Approved
                if current_approver(work, &request, &target.customer)?.is_none() =>
            {
                let cause = "its approver may no longer approve";
                let _ = cancel_request(work, permit, request, Some(cause))?;
            }
            state if is_same && state.is_open() => known = known.or(Some(request)),
            _ => {}
        }
    }
    Ok(known)
}

fn answer_with_existing(
    view: &ReadView<'_>,
    request: &LoginRequest,
    known: ApprovalRequest,
) -> Result<WriteOutcome<ApprovalAsked>> {
    let is_other_reason = request.reason.is_some() && request.reason != known.reason;
    let is_other_ticket = request.ticket.is_some() && request.ticket != known.ticket;
    if is_other_reason || is_other_ticket {
        let id = &known.id;
        return Err(Fault::AlreadyExists {
            what: format!("request {id}, with another reason or ticket,"),
        });
    }
    Ok(WriteOutcome::Unchanged(ApprovalAsked {
        request: RequestView::from_request(view, known)?,
        changed: false,
    }))
}
