//! Whether a login needs an approval, and whether there is one that can be
//! used. Checked after everything else; the same for the login, `--check` and
//! the request for an approval.

use super::LoginRequest;
use super::judgement::{LoginJudgement, judge_login};
use super::target::LoginTarget;
use crate::core::consent;
use crate::{Config, ReadView, UnitOfWork, current_agent};
use lac_model::access::Actor;
use lac_model::approval::{
    ApprovalCause, ApprovalCriteria, ApprovalRequest, RequestAction, RequestState, approval_causes,
};
use lac_model::config;
use lac_model::customer::Customer;
use lac_model::document::{Document, DocumentRef};
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::resource::Resource;
use lac_model::stores::Website;
use lac_store::{Permit, RequestQuery, RequestWrite, Result};

/// The result of all checks of a login.
#[derive(Debug)]
#[must_use]
pub(super) struct LoginDecision {
    /// The login's request; the approved reason, ticket and store view replace
    /// its own.
    pub request: LoginRequest,
    pub judgement: LoginJudgement,
    /// Why the login needs an approval; empty if it needs none.
    pub causes: Vec<ApprovalCause>,
    /// The approval that the login would use.
    pub approval: Option<UsableApproval>,
}

/// An approval that is valid now.
#[derive(Debug)]
pub(super) struct UsableApproval {
    pub request: ApprovalRequest,
    pub approver: Actor,
}

/// Checks a login. A missing approval is the last obstacle. If there is an
/// approval, the approved reason, ticket and store view replace the request's
/// own.
pub(super) fn decide_login(
    view: &ReadView<'_>,
    login: &LoginRequest,
    target: &LoginTarget,
) -> Result<LoginDecision> {
    let causes = causes_for_login(view, login, &target.customer)?;
    let mut unfit = None;
    let mut approval = None;
    if !causes.is_empty() {
        for found in usable_approvals(view, target)? {
            match mismatch(login, &causes, &found.request) {
                None if approval.is_none() => approval = Some(found),
                None => {}
                Some(what) => {
                    let id = &found.request.id;
                    unfit = Some(format!("request {id} was approved for another {what}"));
                }
            }
        }
    }
    let mut login = login.clone();
    if let Some(found) = &approval {
        login.reason.clone_from(&found.request.reason);
        login.ticket.clone_from(&found.request.ticket);
        login.store_view = Some(found.request.store_view.clone().try_into()?);
        // An approval to write covers a session that only reads.
        if found.request.read_only {
            login.read_only = Some(true);
        }
    }
    let mut judgement = judge_login(view, &login, target)?;
    if !causes.is_empty() && approval.is_none() {
        judgement.obstacles.push(Fault::ApprovalRequired {
            causes: causes.iter().map(|c| c.as_str().to_owned()).collect(),
            unfit,
            request: None,
        });
    }
    Ok(LoginDecision {
        request: login,
        judgement,
        causes,
        approval,
    })
}

/// The first field in which a login differs from the approved request.
fn mismatch(
    login: &LoginRequest,
    causes: &[ApprovalCause],
    request: &ApprovalRequest,
) -> Option<&'static str> {
    let differs = |said: bool, what| said.then_some(what);
    let view = login.store_view.as_ref();
    // The consent may be gone since then. An approval with consent does not
    // cover a login without it.
    let overrides = causes.contains(&ApprovalCause::Override);
    differs(
        view.is_some_and(|code| *code != request.store_view),
        "store view",
    )
    .or(differs(
        login.reason.is_some() && login.reason != request.reason,
        "reason",
    ))
    .or(differs(
        login.ticket.is_some() && login.ticket != request.ticket,
        "ticket",
    ))
    .or(differs(
        overrides && !request.is_override(),
        "basis of consent",
    ))
    .or(differs(
        request.read_only && login.read_only == Some(false),
        "kind of access",
    ))
}

/// Why a login as this customer needs an approval.
fn causes_for_login(
    view: &ReadView<'_>,
    login: &LoginRequest,
    customer: &Customer,
) -> Result<Vec<ApprovalCause>> {
    let homes = home_websites(view, customer)?;
    let asks = |path| -> Result<bool> {
        let asked = homes.iter().map(|home| is_yes(&view.config, path, *home));
        Ok(asked.collect::<Result<Vec<_>>>()?.contains(&true))
    };
    let listed = view.config.at_default(config::APPROVAL_ROLES)?.value;
    let roles: Vec<&str> = listed.iter().flat_map(|names| names.split(',')).collect();
    Ok(approval_causes(&ApprovalCriteria {
        website_requires: asks(config::APPROVAL_REQUIRED)?,
        vip_requires: asks(config::APPROVAL_VIP)?,
        customer_is_vip: customer.vip,
        approval_roles: &roles,
        agent_role: view.actor.role.as_deref(),
        is_override: login.override_consent && consent::check_consent(view, customer)?.is_err(),
    }))
}

/// The customer's website and, until an import's move to it is confirmed, the
/// website before: the rules of both count.
pub(super) fn home_websites<'v>(
    view: &'v ReadView<'_>,
    customer: &Customer,
) -> Result<Vec<Option<&'v Website>>> {
    let tree = view.store_tree()?;
    let ids = [Some(customer.website_id), customer.guard_website_id];
    Ok(ids
        .into_iter()
        .flatten()
        .map(|id| tree.website(id))
        .collect())
}

fn is_yes(config: &Config, path: &str, website: Option<&Website>) -> Result<bool> {
    Ok(config.effective(path, website, None)?.is_yes())
}

/// The agent's valid approvals for the customer and document, newest first.
fn usable_approvals(view: &ReadView<'_>, target: &LoginTarget) -> Result<Vec<UsableApproval>> {
    let mut found = Vec::new();
    for request in open_requests(view, target)? {
        if request.state_at(view.now) == RequestState::Approved
            && let Some(approver) = current_approver(view, &request, &target.customer)?
        {
            found.push(UsableApproval { request, approver });
        }
    }
    Ok(found)
}

/// The agent's requests for the customer and document whose stored state is
/// open; some may have expired.
pub(super) fn open_requests(
    view: &ReadView<'_>,
    target: &LoginTarget,
) -> Result<Vec<ApprovalRequest>> {
    let Some(admin_id) = view.actor.admin_id() else {
        return Ok(Vec::new());
    };
    let query = RequestQuery {
        admin_id: Some(admin_id),
        customer_id: Some(target.customer.id),
        states: vec![RequestState::Pending, RequestState::Approved],
        ..RequestQuery::default()
    };
    let document = document_ref(target);
    let mut found = view.read.requests(&query)?;
    found.retain(|request| request.document == document);
    Ok(found)
}

pub(super) fn document_ref(target: &LoginTarget) -> Option<DocumentRef> {
    target.document.as_ref().map(Document::to_ref)
}

/// The approver, if the approval is still valid: the approver must still have
/// the rights to approve when the approval is used.
pub(super) fn current_approver(
    view: &ReadView<'_>,
    request: &ApprovalRequest,
    customer: &Customer,
) -> Result<Option<Actor>> {
    let Some(id) = request.decided_by_id.filter(|id| *id != request.admin_id) else {
        return Ok(None);
    };
    let approver = current_agent(view.read, id)?;
    Ok(approver.filter(|approver| {
        let mut homes = [Some(customer.website_id), customer.guard_website_id].into_iter();
        approver.rights.allows(Resource::LAC_APPROVE)
            && homes.all(|id| id.is_none_or(|id| approver.can_see_website(id)))
    }))
}

/// Marks an approval as used, in the transaction of its login. The login's
/// event names the agent and the approver.
pub(super) fn use_approval(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, RequestWrite>,
    approval: UsableApproval,
    session: &SessionId,
) -> Result<()> {
    let UsableApproval { request, approver } = approval;
    let closed = |state: RequestState| Fault::RequestClosed {
        request: request.id.to_string(),
        state: state.as_str().to_owned(),
    };
    let state = request
        .apply(RequestAction::Use, work.now)
        .map_err(closed)?;
    let from = request.state;
    let after = ApprovalRequest {
        state,
        session_id: Some(session.clone()),
        ..request.clone()
    };
    if !work.tx.request_transition(permit, &after, from)? {
        return Err(closed(state));
    }
    work.draft.add_detail("request", after.id.as_str());
    work.draft.add_detail("approved_by", approver.name.clone());
    work.draft.add_detail("approved_by_id", approver.admin_id());
    Ok(())
}
