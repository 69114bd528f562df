//! Asking for a second person: everything a login is checked for, and then a
//! request instead of a session.

use std::time::Duration;

use super::approval::{Considered, consider, open, reference, still_approves};
use super::start::admit;
use super::target::Target;
use super::{NEEDED, Wish};
use crate::requests::{RequestRow, cancel};
use crate::{Desk, Done, View, Work, act};
use lac_model::ambient::bytes;
use lac_model::audit::Action;
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::request::{Cause, LoginRequest, RequestId, RequestState};
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Permit, RequestWrite, Result};

use serde::{Deserialize, Serialize};

/// Asks for a second person's approval.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ask {
    pub wish: Wish,
}

/// The request, and whether it was made now or had been before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    #[serde(flatten)]
    pub request: RequestRow,
    pub changed: bool,
}

impl Act for Ask {
    const ANY_OF: &'static [Resource] = NEEDED;
}

impl Covers<RequestWrite> for Ask {}

impl Ask {
    /// # Errors
    /// As a login's, but for `approval_required`; `invalid_value` where no
    /// approval is needed, `already_exists` where one is asked for already,
    /// with another reason or ticket.
    pub fn run(self, desk: &Desk<'_>) -> Result<Asked> {
        let fill = |event: &mut _| self.wish.fill(event);
        act::<Self, _>(desk, Action::RequestMake, fill, |work, permit| {
            let target = admit(work, &self.wish)?;
            let considered = consider(work, &self.wish, &target)?;
            put(work, &permit.narrow(), &target, considered)
        })
    }
}

fn put(
    work: &mut Work<'_>,
    permit: &Permit<'_, RequestWrite>,
    target: &Target,
    considered: Considered,
) -> Result<Done<Asked>> {
    let Considered {
        wish,
        judged,
        causes,
        granted,
    } = considered;
    let stands_in_the_way = |fault: &Fault| !matches!(fault, Fault::ApprovalRequired { .. });
    if let Some(fault) = judged.obstacles.into_iter().find(stands_in_the_way) {
        return Err(fault);
    }
    if causes.is_empty() {
        let reason = "this login needs no approval: leave it out";
        return Err(Fault::invalid("--request", reason));
    }
    if let Some(granted) = granted {
        let request = RequestRow::of(work, granted.request)?;
        return Ok(Done::Unchanged(Asked {
            request,
            changed: false,
        }));
    }
    let (Some(view), Some(admin_id)) = (judged.store_view, work.actor.admin_id()) else {
        return Err(Fault::internal("a request without store view or agent"));
    };
    if let Some(known) = known(work, permit, target, (&view.code, &causes))? {
        return same(work, &wish, known);
    }
    let life = work.config.default(config::APPROVAL_EXPIRATION_TIME)?;
    let life = Duration::from_secs(life.number().unwrap_or(3600));
    let request = LoginRequest {
        id: RequestId::from_bits(bytes(work.random)),
        state: RequestState::Pending,
        request_seq: work.next_seq(),
        admin_id,
        admin: work.actor.name.clone(),
        customer_id: target.customer.id,
        website_id: target.customer.website_id,
        store_view: view.code.clone(),
        document: reference(target),
        reason: wish.reason,
        ticket: wish.ticket,
        causes,
        requested_at: work.now,
        expires_at: work.now.plus(life),
        decided_at: None,
        decided_by_id: None,
        decided_by: None,
        decision_reason: None,
        session_id: None,
    };
    work.tx.request_add(permit, &request)?;
    work.draft.store_view = Some(view.code);
    work.draft.detail("request", request.id.as_str());
    let words: Vec<&str> = request.causes.iter().map(|c| c.as_str()).collect();
    work.draft.detail("causes", words);
    work.draft
        .detail("expires_at", request.expires_at.to_string());
    let recorded = work.record()?;
    let request = RequestRow::of(work, request)?;
    let changed = true;
    Ok(Done::Recorded(Asked { request, changed }, recorded))
}

/// The request that is open already for the same. An approval that no longer
/// counts, because of who gave it, makes room for a new request.
fn known(
    work: &mut Work<'_>,
    permit: &Permit<'_, RequestWrite>,
    target: &Target,
    (store_view, causes): (&str, &[Cause]),
) -> Result<Option<LoginRequest>> {
    let mut known = None;
    for request in open(work, target)? {
        let overrides = causes.contains(&Cause::Override);
        let is_same = request.store_view == store_view && request.overrides() == overrides;
        match request.state_at(work.now) {
            RequestState::Approved
                if still_approves(work, &request, &target.customer)?.is_none() =>
            {
                let cause = "its approver may no longer approve";
                let _ = cancel(work, permit, request, Some(cause))?;
            }
            state if is_same && state.is_open() => known = known.or(Some(request)),
            _ => {}
        }
    }
    Ok(known)
}

fn same(view: &View<'_>, wish: &Wish, known: LoginRequest) -> Result<Done<Asked>> {
    let is_other_reason = wish.reason.is_some() && wish.reason != known.reason;
    let is_other_ticket = wish.ticket.is_some() && wish.ticket != known.ticket;
    if is_other_reason || is_other_ticket {
        let id = &known.id;
        return Err(Fault::AlreadyExists {
            what: format!("request {id}, with another reason or ticket,"),
        });
    }
    Ok(Done::Unchanged(Asked {
        request: RequestRow::of(view, known)?,
        changed: false,
    }))
}
