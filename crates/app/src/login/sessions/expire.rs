//! Records expired links and sessions. They are invalid without this; a
//! long-running process (the broker) calls it so that the log has them soon.

use serde::{Deserialize, Serialize};

use crate::core::sessions::expire_overdue;
use crate::{Context, WriteOutcome, maintain};
use lac_store::Result;

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
        if context.store.read()?.sessions_overdue(now)?.is_empty() {
            return Ok(SessionsExpired::default());
        }
        maintain(context, |work, permit| {
            let expired = SessionsExpired {
                expired: work.read.sessions_overdue(work.now)?.len(),
            };
            let last = expire_overdue(work, permit)?;
            Ok(match last {
                Some(recorded) => WriteOutcome::Recorded(expired, recorded),
                None => WriteOutcome::Unchanged(expired), // another process recorded them
            })
        })
    }
}
