//! Refusals of those who are no admin user. They may try as often as they
//! like: one event a minute says how often each of them did.
//!
//! A program that runs many requests counts in memory, so that a flood costs
//! neither a write nor the write lock. Anything else counts in the store.

use super::{Caller, Desk, who, write_down};
use lac_model::audit::Event;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::strangers::{Next, SPAN};
use lac_store::{Activity, Result};

/// The detail that says for how many attempts an event stands.
const ATTEMPTS: &str = "attempts";

/// Who is counted as one: an account at an address, whatever token it shows.
fn subject(caller: &Caller) -> String {
    let account = caller.os_account.as_deref().unwrap_or_default();
    let address = caller.ip_address.as_deref().unwrap_or_default();
    format!("{account} {address}")
}

/// Turns away who was turned away a moment ago, before anything is locked for
/// them; `None` for everybody else.
pub(super) fn turned_away(desk: &Desk<'_>, attempt: &Event) -> Option<Fault> {
    let strangers = desk.store.strangers()?;
    if !strangers.is_counting(&subject(desk.caller)) {
        return None;
    }
    let tx = desk.store.read().ok()?;
    let now = desk.clock.now();
    match who::identify(&*tx, &desk.caller.credential, now) {
        Err(fault @ Fault::NotAuthenticated { .. }) => {
            drop(tx);
            Some(refuse(desk, attempt.clone(), fault))
        }
        _ => None,
    }
}

/// Counts a refusal, and records it where its minute has none yet; gives the
/// fault back, or the error that kept it from being recorded.
pub(super) fn refuse(desk: &Desk<'_>, mut attempt: Event, fault: Fault) -> Fault {
    attempt.fail(&fault);
    let now = desk.clock.now();
    let subject = subject(desk.caller);
    let next = match desk.store.strangers() {
        Some(strangers) => strangers.note(&subject, &attempt, now),
        None => Next::Record(subject, 0),
    };
    let recorded = match next {
        Next::Counted => Ok(()),
        Next::Record(subject, counted) => record(desk, attempt, &subject, counted, now),
    };
    recorded.map_or_else(|error| error, |()| fault)
}

/// Records an attempt and those counted before it. Another process may have
/// recorded one in this minute: then they are counted in the store.
fn record(
    desk: &Desk<'_>,
    mut attempt: Event,
    subject: &str,
    counted: u64,
    now: Timestamp,
) -> Result<()> {
    let count = |by: u64| {
        let by = i64::try_from(by).unwrap_or(i64::MAX);
        desk.store
            .count_activity(Activity::Refusal, subject, by, now, SPAN)
    };
    let Some(before) = count(1)?.before else {
        return match counted {
            0 => Ok(()),
            more => count(more).map(|_| ()),
        };
    };
    // The first of those before was recorded.
    let attempts = 1 + counted + before.saturating_sub(1);
    if attempts > 1 {
        attempt.detail(ATTEMPTS, attempts);
    }
    write_down(desk, &attempt)
}

/// Records what was counted in memory: for those whose minute is over, or for
/// `all` at the end of the program. How many events that were.
///
/// # Errors
/// The store's and the log's own.
pub fn record_counted(desk: &Desk<'_>, all: bool) -> Result<usize> {
    let Some(strangers) = desk.store.strangers() else {
        return Ok(0);
    };
    let due = strangers.take(desk.clock.now(), all);
    let events = due.len();
    for (mut attempt, attempts) in due {
        if attempts > 1 {
            attempt.detail(ATTEMPTS, attempts);
        }
        write_down(desk, &attempt)?;
    }
    Ok(events)
}
