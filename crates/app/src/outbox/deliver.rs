//! Delivering: take one, hand it over, write down how it went. Killed at any
//! instant, a notice is still there: whoever took it loses it when the claim is
//! over.

use std::time::Duration;

use crate::Desk;
use lac_model::notice::{Hook, Hooks, Notice, next_attempt};
use lac_store::{Result, Settled};

/// How much longer than the longest delivery a claim lasts: time to write down
/// how it went.
const MARGIN: Duration = Duration::from_secs(60);

/// The longest error that is kept, in characters.
const ERROR_MAX: usize = 300;

/// Runs the programs. Implemented on the floor that knows them.
pub trait Courier {
    /// Which hooks it has a program for.
    fn hooks(&self) -> Hooks;

    /// The longest a delivery can take.
    fn time_limit(&self) -> Duration;

    /// Hands a notice over.
    ///
    /// # Errors
    /// One line for people: why it did not arrive.
    fn carry(&self, hook: Hook, payload: &str) -> std::result::Result<(), String>;
}

/// Takes the notice that is to be delivered next.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The longest its delivery can take.
    pub time_limit: Duration,
}

impl Claim {
    /// # Errors
    /// `busy`, `database`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Option<Notice>> {
        let now = desk.clock.now();
        // The store is only locked for something that is there.
        if !desk.store.read()?.outbox_is_due(now)? {
            return Ok(None);
        }
        let until = now.plus(self.time_limit + MARGIN);
        desk.store.outbox_claim(now, until)
    }
}

/// Writes down how a delivery went.
#[derive(Debug, Clone)]
pub struct Settle {
    pub notice: Notice,
    /// Why it did not arrive.
    pub error: Option<String>,
}

impl Settle {
    /// # Errors
    /// `busy`, `database`.
    pub fn run(self, desk: &Desk<'_>) -> Result<()> {
        let now = desk.clock.now();
        let attempt = self.notice.attempts;
        let failed = self.error.is_some();
        // One that is no longer this claim's was settled by another.
        desk.store.outbox_settle(&Settled {
            id: self.notice.id,
            attempt,
            delivered_at: (!failed).then_some(now),
            next_at: if failed {
                next_attempt(attempt, now)
            } else {
                None
            },
            error: self
                .error
                .map(|text| text.chars().take(ERROR_MAX).collect()),
        })?;
        Ok(())
    }
}

/// How a round of deliveries went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
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
pub fn deliver(
    desk: &Desk<'_>,
    courier: &dyn Courier,
    most: usize,
    at_most: Duration,
) -> Result<Tally> {
    let began = desk.clock.now();
    let time_limit = courier.time_limit();
    let mut tally = Tally::default();
    for _ in 0..most {
        if desk.clock.now().since(began) > at_most {
            break;
        }
        let Some(notice) = (Claim { time_limit }).run(desk)? else {
            break;
        };
        let error = match &notice.payload {
            Some(payload) if courier.hooks().has(notice.hook) => {
                courier.carry(notice.hook, payload).err()
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
        Settle { notice, error }.run(desk)?;
    }
    Ok(tally)
}
