//! Does this login need a second person, and is there one? Asked after every
//! other check; the same for the login, its check and the request itself.

use super::Wish;
use super::judge::{Judgement, judge};
use super::target::Target;
use crate::{Config, View, Work, agent_now, consent};
use lac_model::access::Actor;
use lac_model::config;
use lac_model::customer::Customer;
use lac_model::document::{Document, DocumentRef};
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::request::{Cause, LoginRequest, Marks, RequestState, Step, causes};
use lac_model::resource::Resource;
use lac_model::stores::Website;
use lac_store::{Permit, RequestQuery, RequestWrite, Result};

/// A wish as it counts, and what the rules say of it.
#[derive(Debug)]
#[must_use]
pub struct Considered {
    /// With what an approval brings along.
    pub wish: Wish,
    pub judged: Judgement,
    /// Why it needs a second person; empty where it does not.
    pub causes: Vec<Cause>,
    /// The approval that it can use.
    pub granted: Option<Granted>,
}

/// An approval that counts at this moment.
#[derive(Debug)]
pub struct Granted {
    pub request: LoginRequest,
    pub approver: Actor,
}

/// Judges a wish; that a second person is missing is the last obstacle. Where
/// there is an approval, what was approved counts as said again: reason, ticket
/// and store view.
pub fn consider(view: &View<'_>, wish: &Wish, target: &Target) -> Result<Considered> {
    let causes = needed(view, wish, &target.customer)?;
    let mut unfit = None;
    let mut granted = None;
    if !causes.is_empty() {
        for found in approved(view, target)? {
            match misfit(wish, &causes, &found.request) {
                None if granted.is_none() => granted = Some(found),
                None => {}
                Some(what) => {
                    let id = &found.request.id;
                    unfit = Some(format!("request {id} was approved for another {what}"));
                }
            }
        }
    }
    let mut wish = wish.clone();
    if let Some(found) = &granted {
        wish.reason.clone_from(&found.request.reason);
        wish.ticket.clone_from(&found.request.ticket);
        wish.store_view = Some(found.request.store_view.clone().try_into()?);
    }
    let mut judged = judge(view, &wish, target)?;
    if !causes.is_empty() && granted.is_none() {
        judged.obstacles.push(Fault::ApprovalRequired {
            causes: causes.iter().map(|c| c.as_str().to_owned()).collect(),
            unfit,
            request: None,
        });
    }
    Ok(Considered {
        wish,
        judged,
        causes,
        granted,
    })
}

/// What a wish says otherwise than the request did.
fn misfit(wish: &Wish, causes: &[Cause], request: &LoginRequest) -> Option<&'static str> {
    let differs = |said: bool, what| said.then_some(what);
    let view = wish.store_view.as_ref();
    // Consent may have gone since: who approved did not agree to do without.
    let overrides = causes.contains(&Cause::Override);
    differs(
        view.is_some_and(|code| *code != request.store_view),
        "store view",
    )
    .or(differs(
        wish.reason.is_some() && wish.reason != request.reason,
        "reason",
    ))
    .or(differs(
        wish.ticket.is_some() && wish.ticket != request.ticket,
        "ticket",
    ))
    .or(differs(
        overrides && !request.overrides(),
        "basis of consent",
    ))
}

/// Why a login as this customer needs a second person.
fn needed(view: &View<'_>, wish: &Wish, customer: &Customer) -> Result<Vec<Cause>> {
    let homes = homes(view, customer)?;
    let asks = |path| -> Result<bool> {
        let asked = homes.iter().map(|home| is_yes(&view.config, path, *home));
        Ok(asked.collect::<Result<Vec<_>>>()?.contains(&true))
    };
    let listed = view.config.default(config::APPROVAL_ROLES)?.value;
    let roles: Vec<&str> = listed.iter().flat_map(|names| names.split(',')).collect();
    Ok(causes(&Marks {
        website: asks(config::APPROVAL_REQUIRED)?,
        vip_counts: asks(config::APPROVAL_VIP)?,
        customer_is_vip: customer.vip,
        roles: &roles,
        role: view.actor.role.as_deref(),
        overrides: wish.override_consent && consent::standing(view, customer)?.is_err(),
    }))
}

/// The customer's website, and the one whose rules count besides because a move
/// away from it is not confirmed.
pub(super) fn homes<'v>(
    view: &'v View<'_>,
    customer: &Customer,
) -> Result<Vec<Option<&'v Website>>> {
    let tree = view.tree()?;
    let ids = [Some(customer.website_id), customer.guard_website_id];
    Ok(ids
        .into_iter()
        .flatten()
        .map(|id| tree.website(id))
        .collect())
}

fn is_yes(config: &Config, path: &str, website: Option<&Website>) -> Result<bool> {
    Ok(config.at(path, website, None)?.is_yes())
}

/// The agent's approvals for that customer and document that count now, newest
/// first.
fn approved(view: &View<'_>, target: &Target) -> Result<Vec<Granted>> {
    let mut found = Vec::new();
    for request in open(view, target)? {
        if request.state_at(view.now) == RequestState::Approved
            && let Some(approver) = still_approves(view, &request, &target.customer)?
        {
            found.push(Granted { request, approver });
        }
    }
    Ok(found)
}

/// The agent's requests for that customer and document that are stored as open.
pub fn open(view: &View<'_>, target: &Target) -> Result<Vec<LoginRequest>> {
    let Some(admin_id) = view.actor.admin_id() else {
        return Ok(Vec::new());
    };
    let query = RequestQuery {
        admin_id: Some(admin_id),
        customer_id: Some(target.customer.id),
        states: vec![RequestState::Pending, RequestState::Approved],
        ..RequestQuery::default()
    };
    let document = reference(target);
    let mut found = view.read.requests(&query)?;
    found.retain(|request| request.document == document);
    Ok(found)
}

/// The document a login starts from, as it is written down.
pub fn reference(target: &Target) -> Option<DocumentRef> {
    target.document.as_ref().map(Document::reference)
}

/// Who approved, if their word still counts: an approval is worth what its
/// approver may do at the moment it is used.
pub fn still_approves(
    view: &View<'_>,
    request: &LoginRequest,
    customer: &Customer,
) -> Result<Option<Actor>> {
    let Some(id) = request.decided_by_id.filter(|id| *id != request.admin_id) else {
        return Ok(None);
    };
    let approver = agent_now(view.read, id)?;
    Ok(approver.filter(|approver| {
        let mut homes = [Some(customer.website_id), customer.guard_website_id].into_iter();
        approver.rights.hold(Resource::LAC_APPROVE)
            && homes.all(|id| id.is_none_or(|id| approver.sees(id)))
    }))
}

/// Uses an approval up, in the transaction of its login: both people are in
/// the event.
///
/// # Errors
/// `request_closed`.
pub fn spend(
    work: &mut Work<'_>,
    permit: &Permit<'_, RequestWrite>,
    granted: Granted,
    session: &SessionId,
) -> Result<()> {
    let Granted { request, approver } = granted;
    let closed = |state: RequestState| Fault::RequestClosed {
        request: request.id.to_string(),
        state: state.as_str().to_owned(),
    };
    let state = request.stepped(Step::Use, work.now).map_err(closed)?;
    let from = request.state;
    let after = LoginRequest {
        state,
        session_id: Some(session.clone()),
        ..request.clone()
    };
    if !work.tx.request_step(permit, &after, from)? {
        return Err(closed(state));
    }
    work.draft.detail("request", after.id.as_str());
    work.draft.detail("approved_by", approver.name.clone());
    work.draft.detail("approved_by_id", approver.admin_id());
    Ok(())
}
