//! Ends sessions: the actor's own or, with `Lac::sessions`, others within the
//! role scope.

use serde::{Deserialize, Serialize};

use super::check::end_of;
use super::leave::leave;
use super::show::{SESSION_RESOURCES, find_session, is_visible, resolve_admin_id};
use crate::core::find;
use crate::core::sessions::{close_session, describe_session};
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::Action;
use lac_model::bounded::{BoundedList, MAX_IDS_PER_REQUEST, ShortText};
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::resource::Resource;
use lac_model::session::{EndCause, LeaveCause, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Permit, Result, SessionQuery, SessionWrite, demand};

/// Ends the selected sessions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionEnd {
    pub which: SessionSelection,
    /// Why, if a storefront ends sessions that it redeemed; `left` without it.
    #[serde(default)]
    pub cause: Option<LeaveCause>,
}

/// The sessions to end.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionSelection {
    /// These ids; sessions that are over are not changed.
    Ids(BoundedList<SessionId, MAX_IDS_PER_REQUEST>),
    /// All open sessions that the actor may end.
    All,
    /// The actor's own open session.
    Own,
    /// The open sessions of an admin user, for a customer, or both.
    Of {
        admin: Option<ShortText>,
        /// Id or e-mail address.
        customer: Option<ShortText>,
    },
}

/// A session after the request to end it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionEnded {
    pub id: SessionId,
    pub state: SessionState,
    pub admin: String,
    pub customer_id: CustomerId,
    /// Whether this request ended the session.
    pub changed: bool,
    #[serde(default)]
    pub end_cause: Option<EndCause>,
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
}

impl Act for SessionEnd {
    const ANY_OF: &'static [Resource] = &[
        Resource::LOGIN_BUTTON,
        Resource::LAC_SESSIONS,
        Resource::LAC_STOREFRONT,
    ];
}

impl Covers<SessionWrite> for SessionEnd {}

impl SessionEnd {
    /// A storefront ends sessions that it redeemed, as with `SessionLeave`.
    ///
    /// # Errors
    /// `resource_denied`, also if a person gives a cause; `session_not_found`,
    /// `invalid_value` if several ids start with a given prefix,
    /// `admin_user_not_found`, `customer_not_found`, `customer_ambiguous`,
    /// `document_number`. Then no session is ended.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<SessionEnded>> {
        write::<Self, _>(
            context,
            Action::LoginEnd,
            |_| {},
            |work, permit| {
                let permit = permit.narrow();
                let names_ids = matches!(self.which, SessionSelection::Ids(_));
                let leaves = work.actor.storefront_id().is_some() && names_ids;
                let (ended, last) = if leaves || self.cause.is_some() {
                    self.leave_all(work, &permit)?
                } else {
                    demand(&work.actor, SESSION_RESOURCES)?;
                    self.end_all(work, &permit)?
                };
                Ok(match last {
                    Some(recorded) => WriteOutcome::Recorded(ended, recorded),
                    None => WriteOutcome::Unchanged(ended),
                })
            },
        )
    }

    fn end_all(
        &self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, SessionWrite>,
    ) -> Result<(Vec<SessionEnded>, Option<RecordedEvent>)> {
        let sessions = match &self.which {
            SessionSelection::Ids(ids) => select_by_id(work, ids)?,
            SessionSelection::All => select_open(work, None, None)?,
            SessionSelection::Own => select_own(work)?,
            SessionSelection::Of { admin, customer } => {
                select_open(work, admin.as_deref(), customer.as_deref())?
            }
        };
        let (mut ended, mut last) = (Vec::new(), None);
        for session in sessions {
            let over = end_of(&session, work.now);
            if over.is_none() {
                last = Some(close_session(work, permit, &session, EndCause::Ended)?);
            }
            let (ended_at, cause) = over.unwrap_or((work.now, EndCause::Ended));
            ended.push(SessionEnded {
                state: match over {
                    Some(_) => session.state_at(work.now),
                    None => SessionState::Ended,
                },
                id: session.id,
                admin: session.admin,
                customer_id: session.customer_id,
                changed: over.is_none(),
                end_cause: Some(cause),
                ended_at: Some(ended_at),
            });
        }
        Ok((ended, last))
    }

    /// Ends sessions as the acting storefront, which names each by its id.
    fn leave_all(
        &self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, SessionWrite>,
    ) -> Result<(Vec<SessionEnded>, Option<RecordedEvent>)> {
        work.require_storefront()?;
        let SessionSelection::Ids(ids) = &self.which else {
            let reason = "a storefront ends the sessions that it names";
            return Err(Fault::invalid("ID", reason));
        };
        let (mut ended, mut last) = (Vec::new(), None);
        for id in ids {
            work.draft.add_detail("session", id.as_str());
            let (left, recorded, session) =
                leave(work, permit, id, self.cause.unwrap_or_default())?;
            last = recorded.or(last);
            ended.push(SessionEnded {
                id: left.session_id,
                state: left.state,
                admin: session.admin,
                customer_id: session.customer_id,
                changed: left.changed,
                end_cause: Some(left.end_cause),
                ended_at: Some(left.ended_at),
            });
        }
        Ok((ended, last))
    }
}

fn select_by_id(work: &mut UnitOfWork<'_>, ids: &[SessionId]) -> Result<Vec<Session>> {
    let mut sessions: Vec<Session> = Vec::new();
    for id in ids {
        work.draft.add_detail("session", id.as_str());
        match find_session(work, id) {
            Ok(session) if sessions.iter().any(|known| known.id == session.id) => {}
            Ok(session) => sessions.push(session),
            Err(fault) => {
                if matches!(fault, Fault::ResourceDenied { .. })
                    && let Some(session) = work.read.session(id)?
                {
                    let mut draft = work.draft.clone();
                    describe_session(work, &session, &mut draft)?;
                    work.draft = draft;
                }
                return Err(fault);
            }
        }
    }
    Ok(sessions)
}

/// The actor's open session. An agent has at most one.
fn select_own(work: &mut UnitOfWork<'_>) -> Result<Vec<Session>> {
    let missing = || Fault::SessionNotFound {
        session: "of your own that is open".to_owned(),
    };
    let admin_id = work.actor.admin_id().ok_or_else(missing)?;
    let found = work.read.open_session_by_admin(admin_id)?;
    let is_open = |session: &Session| session.state_at(work.now).is_open();
    found
        .filter(is_open)
        .map(|session| vec![session])
        .ok_or_else(missing)
}

fn select_open(
    work: &mut UnitOfWork<'_>,
    admin: Option<&str>,
    customer: Option<&str>,
) -> Result<Vec<Session>> {
    for (name, value) in [("admin", admin), ("customer", customer)] {
        if let Some(value) = value {
            work.draft.add_detail(name, value);
        }
    }
    let query = SessionQuery {
        admin_id: resolve_admin_id(work, admin, false)?,
        customer_id: match customer {
            Some(named) => Some(find::customer(work, named, None)?.id),
            None => None,
        },
        states: vec![SessionState::Issued, SessionState::Active],
        ..SessionQuery::default()
    };
    let mut sessions = work.read.sessions(&query)?;
    sessions.retain(|session| is_visible(work, session));
    Ok(sessions)
}
