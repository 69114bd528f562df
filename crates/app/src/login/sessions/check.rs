//! Whether a session is still valid: storefronts ask before every page.

use serde::{Deserialize, Serialize};

use crate::{Context, ReadView, read};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::resource::Resource;
use lac_model::session::{EndCause, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::Result;

/// Asks whether a session that this storefront redeemed is still valid. It
/// counts as activity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionCheck {
    pub id: SessionId,
}

/// The state of a session. Only an active one is valid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionChecked {
    pub session_id: SessionId,
    pub state: SessionState,
    /// When the session is over at the latest.
    pub ends_at: Timestamp,
    pub read_only: bool,
    pub end_cause: Option<EndCause>,
}

/// A session as it was read for a check. While the store does not change, later
/// checks can be answered from it.
#[derive(Debug, Clone)]
pub struct CheckedSession(Session);

impl CheckedSession {
    /// The answer at `now`. `None` if the check has to be stored as activity.
    pub fn answer_at(&self, now: Timestamp) -> Option<SessionChecked> {
        (!self.0.is_activity_due(now)).then(|| checked(&self.0, now))
    }
}

impl SessionCheck {
    /// It is not recorded: an event for each page would bury what was done.
    ///
    /// # Errors
    /// `resource_denied` for everybody but a storefront, `session_not_found`,
    /// `busy` if activity could not be stored.
    pub fn run(self, context: &Context<'_>) -> Result<SessionChecked> {
        self.run_keeping(context).map(|(answer, _)| answer)
    }

    /// Like [`run`](Self::run), and returns the session for later checks by the
    /// same storefront.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn run_keeping(self, context: &Context<'_>) -> Result<(SessionChecked, CheckedSession)> {
        let any_of = [Resource::LAC_STOREFRONT];
        let (session, now) = read(context, Action::SessionRead, &any_of, |view| {
            Ok((find_redeemed(view, &self.id)?, view.now))
        })?;
        if session.is_activity_due(now) {
            context.store.record_session_check(&self.id, now)?;
        }
        Ok((checked(&session, now), CheckedSession(session)))
    }
}

fn checked(session: &Session, now: Timestamp) -> SessionChecked {
    SessionChecked {
        state: session.state_at(now),
        ends_at: session.ends_at.unwrap_or(session.expires_at),
        read_only: session.read_only,
        end_cause: end_of(session, now).map(|end| end.1),
        session_id: session.id.clone(),
    }
}

/// When and why a session was over at `now`; `None` while it is open.
pub(super) fn end_of(session: &Session, now: Timestamp) -> Option<(Timestamp, EndCause)> {
    if let Some(over) = session.expiry_at(now) {
        return Some((over.at, over.cause));
    }
    if session.state.is_open() {
        return None;
    }
    let at = session.ended_at.unwrap_or(session.issued_at);
    Some((at, session.end_cause.unwrap_or(EndCause::Ended)))
}

/// A session that the acting storefront redeemed, for one of its websites. No
/// other session exists for it.
///
/// # Errors
/// `resource_denied` for everybody but a storefront, `session_not_found`.
pub(crate) fn find_redeemed(view: &ReadView<'_>, id: &SessionId) -> Result<Session> {
    let storefront = view.require_storefront()?;
    let found = view.read.session(id)?.filter(|session| {
        session.storefront_id == Some(storefront) && view.actor.can_see_website(session.website_id)
    });
    found.ok_or_else(|| Fault::SessionNotFound {
        session: id.to_string(),
    })
}
