//! Writing down what time has done, for a program that runs for long: what ran
//! out is over whether or not anybody notices, but the log should say so soon.

use serde::{Deserialize, Serialize};

use crate::core::sessions::{expire_overdue, open_sessions};
use crate::{Context, WriteOutcome, maintain};
use lac_store::{Result, SessionQuery};

/// Writes down which links and sessions have run out. Needs nobody's leave,
/// and nobody is named: it is the clock that acts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct SessionExpire {}

/// What was written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsExpired {
    /// Links and sessions that had run out.
    pub expired: usize,
}

impl SessionExpire {
    /// Nothing is written, and no writer waits, where nothing has run out.
    ///
    /// # Errors
    /// Only the store's and the log's own.
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
            let swept = SessionsExpired {
                expired: before - open_sessions(work, None)?.len(),
            };
            Ok(match last {
                Some(recorded) => WriteOutcome::Recorded(swept, recorded),
                None => WriteOutcome::Unchanged(swept), // somebody was quicker
            })
        })
    }
}
