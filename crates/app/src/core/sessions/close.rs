//! How sessions end: by their agent, by a newer login, by expiry, or when the
//! consent, right or key they depend on is taken away.

use crate::{ReadView, UnitOfWork, current_agent};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::session::{EndCause, Session, SessionState};
use lac_store::{Permit, Result, SessionQuery, SessionWrite, none_if_damaged};

/// Closes one open session and records it in an event of its own. The event's
/// admin is the impersonator; the details name who ended it.
pub fn close_session(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    session: &Session,
    cause: EndCause,
) -> Result<RecordedEvent> {
    let state = if cause.is_expiry() {
        SessionState::Expired
    } else {
        SessionState::Ended
    };
    // An expired session ended at its expiry time, not when the expiry was
    // recorded.
    let at = match session.expiry_at(work.now) {
        Some(over) if over.cause == cause => over.at,
        _ => work.now,
    };
    if !work
        .tx
        .session_close(permit, &session.id, state, at, cause)?
    {
        return Err(Fault::internal(
            "a session was closed twice in one transaction",
        ));
    }
    let action = if cause.is_expiry() {
        Action::LoginExpire
    } else {
        Action::LoginEnd
    };
    let mut event = work.event(action);
    describe_session(work, session, &mut event)?;
    if event.admin_id != Some(session.admin_id) && !cause.is_expiry() {
        event.add_detail("ended_by", work.actor.name.clone());
    }
    if cause.is_of_browser() {
        event.set_browser(&session.browser);
    }
    event.add_detail("cause", cause.as_str());
    if session.is_clock_behind(work.now) {
        event.add_detail("clock", "stood before the session began");
    }
    if let Some(start) = session.redeemed_at {
        event.add_detail("duration_seconds", at.duration_since(start).as_secs());
    }
    event.admin = Some(session.admin.clone());
    event.admin_id = Some(session.admin_id);
    if work.actor.admin_id() != Some(session.admin_id) {
        event.role = role_name_of(work, session.admin_id)?;
    }
    work.record_event(&event)
}

/// Fills in an event with the session's customer, website, document and ticket.
pub fn describe_session(work: &UnitOfWork<'_>, session: &Session, event: &mut Event) -> Result<()> {
    let tree = work.store_tree()?;
    event.session_id = Some(session.id.clone());
    event.customer_id = Some(session.customer_id);
    event.website = tree.website(session.website_id).map(|w| w.code.clone());
    event.store_view = tree.view(session.store_view_id).map(|v| v.code.clone());
    if let Some(document) = &session.document {
        event.set_document(document);
    }
    event.ticket.clone_from(&session.ticket);
    event.customer_email =
        none_if_damaged(work.read.customer(session.customer_id))?.map(|c| c.email);
    Ok(())
}

pub fn role_name_of(work: &UnitOfWork<'_>, admin_id: i64) -> Result<Option<String>> {
    let Some(user) = none_if_damaged(work.read.admin_user(admin_id))? else {
        return Ok(None);
    };
    Ok(none_if_damaged(work.read.role(user.role_id))?.map(|role| role.name))
}

/// Closes up to `max` of the links and sessions that have expired. Returns how
/// many, and the last event.
pub fn expire_overdue(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    max: usize,
) -> Result<(usize, Option<RecordedEvent>)> {
    let (mut count, mut last) = (0, None);
    for session in work.read.sessions_overdue(work.now, max)? {
        if let Some(over) = session.expiry_at(work.now) {
            last = Some(close_session(work, permit, &session, over.cause)?);
            count += 1;
        }
    }
    Ok((count, last))
}

pub fn open_sessions(work: &ReadView<'_>, customer_id: Option<CustomerId>) -> Result<Vec<Session>> {
    let query = SessionQuery {
        customer_id,
        ..SessionQuery::all_open()
    };
    work.read.sessions(&query)
}

/// Ends one session; if it has expired already, the cause is the expiry.
pub fn end_session(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    session: &Session,
    cause: EndCause,
) -> Result<RecordedEvent> {
    let cause = session.expiry_at(work.now).map_or(cause, |over| over.cause);
    close_session(work, permit, session, cause)
}

/// Ends all open sessions of a customer, after consent was withdrawn or the
/// customer was removed. Returns how many.
pub fn end_for_customer(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    customer: CustomerId,
    cause: EndCause,
) -> Result<usize> {
    let sessions = open_sessions(work, Some(customer))?;
    for session in &sessions {
        let _ = end_session(work, permit, session, cause)?;
    }
    Ok(sessions.len())
}

/// Ends all open sessions, after the feature was switched off. Returns how
/// many.
pub fn end_all(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    cause: EndCause,
) -> Result<usize> {
    let sessions = open_sessions(work, None)?;
    for session in &sessions {
        let _ = end_session(work, permit, session, cause)?;
    }
    Ok(sessions.len())
}

/// Ends the open sessions that a storefront redeemed, after it was revoked.
/// Returns how many.
pub fn end_for_storefront(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    storefront: i64,
) -> Result<usize> {
    let mut sessions = open_sessions(work, None)?;
    sessions.retain(|session| session.storefront_id == Some(storefront));
    for session in &sessions {
        let _ = end_session(work, permit, session, EndCause::AccessLost)?;
    }
    Ok(sessions.len())
}

/// Ends open sessions whose agents no longer have the rights for them. Call it
/// after every change to roles, their scopes or admin users. Returns how many.
pub fn end_without_access(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
) -> Result<usize> {
    let mut ended = 0;
    for session in open_sessions(work, None)? {
        let allowed = current_agent(work.read, session.admin_id)?.is_some_and(|agent| {
            let rights = &agent.rights;
            let overrides = !session.is_override || rights.allows(Resource::LAC_CONSENT_OVERRIDE);
            rights.allows(Resource::LOGIN_BUTTON)
                && overrides
                && agent.can_see_website(session.website_id)
        });
        if !allowed {
            let _ = end_session(work, permit, &session, EndCause::AccessLost)?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// The open sessions whose tokens were signed with a key. Sessions from before
/// the key was stored belong to the first one (`is_first`).
fn open_sessions_of_key(view: &ReadView<'_>, kid: &str, is_first: bool) -> Result<Vec<Session>> {
    let mut sessions = open_sessions(view, None)?;
    sessions.retain(|session| match &session.key_id {
        Some(key) => key == kid,
        None => is_first,
    });
    Ok(sessions)
}

/// How many open sessions would end if the key were retired.
pub fn count_open_of_key(view: &ReadView<'_>, kid: &str, is_first: bool) -> Result<usize> {
    let mut sessions = open_sessions_of_key(view, kid, is_first)?;
    sessions.retain(|session| session.state_at(view.now).is_open());
    Ok(sessions.len())
}

/// Ends the open sessions whose tokens were signed with a retired key. Returns
/// how many.
pub fn end_for_key(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    kid: &str,
    is_first: bool,
) -> Result<usize> {
    let mut ended = 0;
    for session in open_sessions_of_key(work, kid, is_first)? {
        ended += usize::from(session.state_at(work.now).is_open());
        let _ = end_session(work, permit, &session, EndCause::KeyRetired)?;
    }
    Ok(ended)
}
