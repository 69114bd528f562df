//! Delivers notices: claim one, run its hook, record the result. If the process
//! is killed at any point, the notice is delivered again once its claim has
//! expired.

use std::time::Duration;

use crate::Context;
use lac_model::notice::{EnabledHooks, Hook, Notice, next_attempt_at};
use lac_store::{DeliveryOutcome, Result};

/// A claim lasts this much longer than the longest delivery, so that there is
/// time to record the result.
const CLAIM_MARGIN: Duration = Duration::from_secs(60);

/// The greatest length of a stored error, in characters.
const MAX_ERROR_CHARS: usize = 300;

/// Runs the programs of hooks. Implemented by the command-line program, which
/// knows them.
pub trait HookRunner {
    /// The hooks that have a program.
    fn hooks(&self) -> EnabledHooks;

    /// The time limit of a delivery.
    fn time_limit(&self) -> Duration;

    /// Runs the hook's program with the payload on stdin.
    ///
    /// # Errors
    /// One line for people that says why the delivery failed.
    fn run(&self, hook: Hook, payload: &str) -> std::result::Result<(), String>;
}

/// Claims the next notice that is due.
#[derive(Debug, Clone, Copy)]
pub struct NoticeClaim {
    /// The time limit of the delivery.
    pub time_limit: Duration,
}

impl NoticeClaim {
    /// # Errors
    /// `busy`, `database`.
    pub fn run(self, context: &Context<'_>) -> Result<Option<Notice>> {
        let now = context.clock.now();
        // The store is locked only if a notice is due.
        if !context.store.read()?.has_due_notice(now)? {
            return Ok(None);
        }
        let until = now.saturating_add(self.time_limit + CLAIM_MARGIN);
        context.store.outbox_claim(now, until)
    }
}

/// Records the result of a delivery.
#[derive(Debug, Clone)]
pub struct NoticeSettle {
    pub notice: Notice,
    /// Why the delivery failed; `None` if it succeeded.
    pub error: Option<String>,
}

impl NoticeSettle {
    /// # Errors
    /// `busy`, `database`.
    pub fn run(self, context: &Context<'_>) -> Result<()> {
        let now = context.clock.now();
        let attempt = self.notice.attempts;
        let failed = self.error.is_some();
        // If the claim has expired, another process has claimed the notice
        // since, and nothing is stored.
        context.store.outbox_record_delivery(&DeliveryOutcome {
            id: self.notice.id,
            attempt,
            delivered_at: (!failed).then_some(now),
            next_at: if failed {
                next_attempt_at(attempt, now)
            } else {
                None
            },
            error: self
                .error
                .map(|text| text.chars().take(MAX_ERROR_CHARS).collect()),
        })?;
        Ok(())
    }
}

/// The results of several deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryCount {
    pub delivered: u64,
    pub failed: u64,
    /// The error of the last failed delivery.
    pub last_error: Option<String>,
}

/// Delivers at most `most` notices that are due, and starts no delivery after
/// `at_most` has passed. Several processes and threads may do this at the same
/// time.
pub fn deliver_due(
    context: &Context<'_>,
    runner: &dyn HookRunner,
    most: usize,
    at_most: Duration,
) -> Result<DeliveryCount> {
    let began = context.clock.now();
    let time_limit = runner.time_limit();
    let mut count = DeliveryCount::default();
    for _ in 0..most {
        if context.clock.now().duration_since(began) > at_most {
            break;
        }
        let Some(notice) = (NoticeClaim { time_limit }).run(context)? else {
            break;
        };
        let error = match &notice.payload {
            Some(payload) if runner.hooks().contains(notice.hook) => {
                runner.run(notice.hook, payload).err()
            }
            Some(_) => Some(format!(
                "no program is configured for {}",
                notice.hook.as_str()
            )),
            None => Some("the payload was erased".to_owned()),
        };
        match &error {
            None => count.delivered += 1,
            Some(text) => {
                count.failed += 1;
                count.last_error = Some(text.clone());
            }
        }
        NoticeSettle { notice, error }.run(context)?;
    }
    Ok(count)
}
