//! Records expired links and sessions. They are invalid without this; a
//! long-running process (the broker) calls it so that the log has them soon.

use serde::{Deserialize, Serialize};

use crate::core::sessions::{expire_overdue, open_sessions};
use crate::{Context, WriteOutcome, maintain};
use lac_store::{Result, SessionQuery};

/// Records the links and sessions that have expired. It needs no rights, and
/// its events name no actor.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct SessionExpire {}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsExpired {
    /// The number of links and sessions that were recorded as expired.
    pub expired: usize,
}

impl SessionExpire {
    /// If nothing has expired, nothing is written and the write lock is not
    /// taken.
    ///
    /// # Errors
    /// `busy`, `database`, and errors of the log.
    pub fn run(self, context: &Context<'_>) -> Result<SessionsExpired> {
        let now = context.clock.now();
        let overdue = {
            let tx = context.store.read()?;
            let open = tx.sessions(&SessionQuery::all_open())?;
            open.iter().any(|session| session.expiry_at(now).is_some())
        };
        if !overdue {
            return Ok(SessionsExpired::default());
        }
        maintain(context, |work, permit| {
            let before = open_sessions(work, None)?.len();
            let last = expire_overdue(work, permit)?;
            let expired = SessionsExpired {
                expired: before - open_sessions(work, None)?.len(),
            };
            Ok(match last {
                Some(recorded) => WriteOutcome::Recorded(expired, recorded),
                None => WriteOutcome::Unchanged(expired), // another process recorded them
            })
        })
    }
}
