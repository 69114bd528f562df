//! Records expired asks. They are closed without this; a long-running process
//! (the broker) calls it so that the log has them soon.

use serde::{Deserialize, Serialize};

use super::close::expire_ask;
use crate::{Context, WriteOutcome, maintain};
use lac_model::consent::ask::AskState;
use lac_store::{ConsentAskQuery, Permit, Result};

/// Records the asks that nobody answered in time. It needs no rights, and its
/// events name no actor.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct ConsentAskExpire {}

impl ConsentAskExpire {
    /// Returns how many were recorded. If nothing has expired, nothing is
    /// written and the write lock is not taken.
    ///
    /// # Errors
    /// `busy`, `database`, and errors of the log.
    pub fn run(self, context: &Context<'_>) -> Result<usize> {
        let open = ConsentAskQuery {
            states: vec![AskState::Open],
            ..ConsentAskQuery::default()
        };
        let now = context.clock.now();
        let overdue = {
            let tx = context.store.read()?;
            let asks = tx.consent_asks(&open)?;
            asks.iter().any(|ask| now >= ask.expires_at)
        };
        if !overdue {
            return Ok(0);
        }
        maintain(context, |work, _| {
            let permit = Permit::for_ask_expiry(work.read);
            let (mut count, mut last) = (0, None);
            for ask in work.read.consent_asks(&open)? {
                if work.now >= ask.expires_at {
                    last = Some(expire_ask(work, &permit, ask)?);
                    count += 1;
                }
            }
            Ok(match last {
                Some(recorded) => WriteOutcome::Recorded(count, recorded),
                None => WriteOutcome::Unchanged(count), // another process recorded them
            })
        })
    }
}
