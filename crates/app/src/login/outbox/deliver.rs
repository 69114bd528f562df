//! Delivering: take one, hand it over, write down how it went. Killed at any
//! instant, a notice is still there: whoever took it loses it when the claim is
//! over.

use std::time::Duration;

use crate::Context;
use lac_model::notice::{EnabledHooks, Hook, Notice, next_attempt_at};
use lac_store::{DeliveryOutcome, Result};

/// How much longer than the longest delivery a claim lasts: time to write down
/// how it went.
const CLAIM_MARGIN: Duration = Duration::from_secs(60);

/// The longest error that is kept, in characters.
const MAX_ERROR_CHARS: usize = 300;

/// Runs the programs. Implemented on the floor that knows them.
pub trait HookRunner {
    /// Which hooks it has a program for.
    fn hooks(&self) -> EnabledHooks;

    /// The longest a delivery can take.
    fn time_limit(&self) -> Duration;

    /// Hands a notice over.
    ///
    /// # Errors
    /// One line for people: why it did not arrive.
    fn run(&self, hook: Hook, payload: &str) -> std::result::Result<(), String>;
}

/// Takes the notice that is to be delivered next.
#[derive(Debug, Clone, Copy)]
pub struct NoticeClaim {
    /// The longest its delivery can take.
    pub time_limit: Duration,
}

impl NoticeClaim {
    /// # Errors
    /// `busy`, `database`.
    pub fn run(self, context: &Context<'_>) -> Result<Option<Notice>> {
        let now = context.clock.now();
        // The store is only locked for something that is there.
        if !context.store.read()?.has_due_notice(now)? {
            return Ok(None);
        }
        let until = now.saturating_add(self.time_limit + CLAIM_MARGIN);
        context.store.outbox_claim(now, until)
    }
}

/// Writes down how a delivery went.
#[derive(Debug, Clone)]
pub struct NoticeSettle {
    pub notice: Notice,
    /// Why it did not arrive.
    pub error: Option<String>,
}

impl NoticeSettle {
    /// # Errors
    /// `busy`, `database`.
    pub fn run(self, context: &Context<'_>) -> Result<()> {
        let now = context.clock.now();
        let attempt = self.notice.attempts;
        let failed = self.error.is_some();
        // One that is no longer this claim's was settled by another.
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

/// How a round of deliveries went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryCount {
    pub delivered: u64,
    pub failed: u64,
    /// What the last failure said.
    pub last_error: Option<String>,
}

/// Delivers what is due, at most `most` notices, and begins none after
/// `at_most` has passed. Any number of processes and threads may do so at once.
///
/// # Errors
/// `busy`, `database`: what was claimed then is tried again later.
pub fn deliver_due(
    context: &Context<'_>,
    runner: &dyn HookRunner,
    most: usize,
    at_most: Duration,
) -> Result<DeliveryCount> {
    let began = context.clock.now();
    let time_limit = runner.time_limit();
    let mut tally = DeliveryCount::default();
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
            None => Some("what it was to tell is gone".to_owned()),
        };
        match &error {
            None => tally.delivered += 1,
            Some(text) => {
                tally.failed += 1;
                tally.last_error = Some(text.clone());
            }
        }
        NoticeSettle { notice, error }.run(context)?;
    }
    Ok(tally)
}
