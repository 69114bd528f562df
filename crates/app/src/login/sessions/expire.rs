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

/// How many expiries one transaction records, so that others get their turn.
const MAX_PER_TRANSACTION: usize = 500;

impl SessionExpire {
    /// If nothing has expired, nothing is written and the write lock is not
    /// taken.
    ///
    /// # Errors
    /// `busy`, `database`, and errors of the log.
    pub fn run(self, context: &Context<'_>) -> Result<SessionsExpired> {
        let mut expired = 0;
        loop {
            let now = context.clock.now();
            if context.store.read()?.sessions_overdue(now, 1)?.is_empty() {
                return Ok(SessionsExpired { expired });
            }
            let closed = maintain(context, |work, permit| {
                let (count, last) = expire_overdue(work, permit, MAX_PER_TRANSACTION)?;
                Ok(match last {
                    Some(recorded) => WriteOutcome::Recorded(count, recorded),
                    None => WriteOutcome::Unchanged(count), // another process recorded them
                })
            })?;
            expired += closed;
            if closed == 0 {
                return Ok(SessionsExpired { expired });
            }
        }
    }
}
