//! The ways in which a session ends in the agent's browser.

use serde::{Deserialize, Serialize};

use super::check::{end_of, find_redeemed};
use crate::core::sessions::{close_session, describe_session};
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::Action;
use lac_model::ids::SessionId;
use lac_model::resource::Resource;
use lac_model::session::{EndCause, LeaveCause, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Permit, Result, SessionWrite};

/// Ends a session that this storefront redeemed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionLeave {
    pub id: SessionId,
    pub cause: LeaveCause,
}

/// A session that is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionLeft {
    pub session_id: SessionId,
    pub state: SessionState,
    pub end_cause: EndCause,
    pub ended_at: Timestamp,
    /// Whether this request ended it.
    pub changed: bool,
}

impl Act for SessionLeave {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONT];
}

impl Covers<SessionWrite> for SessionLeave {}

impl SessionLeave {
    /// A session that is over already is not changed.
    ///
    /// # Errors
    /// `resource_denied` for everybody but a storefront, `session_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<SessionLeft> {
        write::<Self, _>(
            context,
            Action::LoginEnd,
            |event| event.add_detail("session", self.id.as_str()),
            |work, permit| {
                let (left, recorded, _) = leave(work, &permit.narrow(), &self.id, self.cause)?;
                Ok(match recorded {
                    Some(recorded) => WriteOutcome::Recorded(left, recorded),
                    None => WriteOutcome::Unchanged(left),
                })
            },
        )
    }
}

/// Ends a session as the acting storefront. Returns its event if it was open,
/// and the session as it was before.
pub(super) fn leave(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    id: &SessionId,
    cause: LeaveCause,
) -> Result<(SessionLeft, Option<RecordedEvent>, Session)> {
    let session = find_redeemed(work, id)?;
    let mut draft = work.draft.clone();
    describe_session(work, &session, &mut draft)?;
    work.draft = draft;
    let over = end_of(&session, work.now);
    let (recorded, state) = if over.is_some() {
        (None, session.state_at(work.now))
    } else {
        let recorded = close_session(work, permit, &session, cause.into())?;
        (Some(recorded), SessionState::Ended)
    };
    let (ended_at, end_cause) = over.unwrap_or((work.now, cause.into()));
    let left = SessionLeft {
        session_id: session.id.clone(),
        state,
        end_cause,
        ended_at,
        changed: recorded.is_some(),
    };
    Ok((left, recorded, session))
}
