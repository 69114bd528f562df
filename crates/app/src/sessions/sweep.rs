//! Writing down what time has done, for a program that runs for long: what ran
//! out is over whether or not anybody notices, but the log should say so soon.

use serde::{Deserialize, Serialize};

use super::close::{expire_overdue, open};
use crate::{Desk, Done, tend};
use lac_store::{Result, SessionQuery};

/// Writes down which links and sessions have run out. Needs nobody's leave,
/// and nobody is named: it is the clock that acts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Sweep {}

/// What was written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// Links and sessions that had run out.
    pub expired: usize,
}

impl Sweep {
    /// Nothing is written, and no writer waits, where nothing has run out.
    ///
    /// # Errors
    /// Only the store's and the log's own.
    pub fn run(self, desk: &Desk<'_>) -> Result<Swept> {
        let now = desk.clock.now();
        let overdue = {
            let tx = desk.store.read()?;
            let open = tx.sessions(&SessionQuery::open())?;
            open.iter().any(|session| session.over_at(now).is_some())
        };
        if !overdue {
            return Ok(Swept::default());
        }
        tend(desk, |work, permit| {
            let before = open(work, None)?.len();
            let last = expire_overdue(work, permit)?;
            let swept = Swept {
                expired: before - open(work, None)?.len(),
            };
            Ok(match last {
                Some(recorded) => Done::Recorded(swept, recorded),
                None => Done::Unchanged(swept), // somebody was quicker
            })
        })
    }
}
