//! Records refusals of unauthenticated callers: at most one event per caller
//! and minute, with the number of attempts.
//!
//! A long-running process counts them in memory, so that a flood takes neither
//! a write nor the write lock. Other processes count them in the store.

use super::context::{Caller, Context, Credential};
use super::identify;
use super::record::record_in_own_transaction;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::unknown_callers::{AttemptOutcome, RECORD_INTERVAL};
use lac_store::{Activity, Result};

/// The detail with the number of attempts an event covers.
const ATTEMPTS: &str = "attempts";

/// The reason of `token_invalid` for a token that verifies.
pub(crate) const UNKNOWN_SESSION: &str = "unknown_session";

/// Callers are distinguished by account and address; their tokens do not
/// matter.
fn caller_key(caller: &Caller) -> String {
    let account = caller.os_account.as_deref().unwrap_or_default();
    let address = caller.ip_address.as_deref().unwrap_or_default();
    format!("{account} {address}")
}

/// Refuses a caller who was refused recently, without taking the write lock;
/// `None` for all other callers.
pub(super) fn refuse_repeated(context: &Context<'_>, attempt: &Event) -> Option<Fault> {
    let counter = context.store.unknown_callers()?;
    if !counter.is_tracked(&caller_key(context.caller)) {
        return None;
    }
    let tx = context.store.read().ok()?;
    let now = context.clock.now();
    match identify::identify(&*tx, &context.caller.credential, now) {
        Err(fault @ Fault::NotAuthenticated { .. }) => {
            drop(tx);
            let subject = caller_key(context.caller);
            Some(count_refusal(context, subject, attempt.clone(), fault))
        }
        _ => None,
    }
}

/// The name under which a refusal is counted; `None` if each one is recorded.
/// Anybody can send a gateway login tokens that do not verify, so those of one
/// storefront and address are counted too.
pub(super) fn counted_as(caller: &Caller, fault: &Fault) -> Option<String> {
    match fault {
        Fault::NotAuthenticated { .. } => Some(caller_key(caller)),
        Fault::TokenInvalid { reason } if reason != UNKNOWN_SESSION => match &caller.credential {
            Credential::StorefrontToken(token) => {
                Some(format!("{} {}", caller_key(caller), token.hash()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Counts a refusal, and records it if this minute has no event yet. Returns
/// the fault, or the error that prevented recording it.
fn count_refusal(
    context: &Context<'_>,
    subject: String,
    mut attempt: Event,
    fault: Fault,
) -> Fault {
    attempt.mark_failed(&fault);
    let now = context.clock.now();
    let next = match context.store.unknown_callers() {
        Some(counter) => counter.count_attempt(&subject, &attempt, now),
        None => AttemptOutcome::Record(subject, 0),
    };
    let recorded = match next {
        AttemptOutcome::Counted => Ok(()),
        AttemptOutcome::Record(subject, counted) => {
            record_attempt(context, attempt, &subject, counted, now)
        }
    };
    recorded.map_or_else(|error| error, |()| fault)
}

/// Records an attempt together with the `counted` ones before it. If another
/// process has already recorded one in this minute, they are only counted in
/// the store.
fn record_attempt(
    context: &Context<'_>,
    mut attempt: Event,
    subject: &str,
    counted: u64,
    now: Timestamp,
) -> Result<()> {
    let count = |by: u64| {
        let by = i64::try_from(by).unwrap_or(i64::MAX);
        context.store.count_activity(
            Activity::UnknownCallerRefused,
            subject,
            by,
            now,
            RECORD_INTERVAL,
        )
    };
    let Some(before) = count(1)?.previous_count else {
        return match counted {
            0 => Ok(()),
            more => count(more).map(|_| ()),
        };
    };
    // The first of the earlier attempts has an event already.
    let attempts = 1 + counted + before.saturating_sub(1);
    if attempts > 1 {
        attempt.add_detail(ATTEMPTS, attempts);
    }
    record_in_own_transaction(context, &attempt)
}

/// Records the attempts counted in memory: those whose minute is over, or `all`
/// of them when the program ends. Returns the number of events.
pub fn record_counted_refusals(context: &Context<'_>, all: bool) -> Result<usize> {
    let Some(counter) = context.store.unknown_callers() else {
        return Ok(0);
    };
    let due = counter.drain_due(context.clock.now(), all);
    let events = due.len();
    for (mut attempt, attempts) in due {
        if attempts > 1 {
            attempt.add_detail(ATTEMPTS, attempts);
        }
        record_in_own_transaction(context, &attempt)?;
    }
    Ok(events)
}

/// Records a failed attempt in a transaction of its own. Returns the fault, or
/// the error that prevented recording it.
pub(super) fn record_refusal(context: &Context<'_>, mut draft: Event, fault: Fault) -> Fault {
    if !fault.is_recorded() {
        return fault;
    }
    if let Some(subject) = counted_as(context.caller, &fault) {
        return count_refusal(context, subject, draft, fault);
    }
    draft.mark_failed(&fault);
    match record_in_own_transaction(context, &draft) {
        Ok(()) => fault,
        // Recording writes the checkpoint file, so a refused `log recover` must
        // not be recorded: it would recover the file.
        Err(Fault::CheckpointMissing { .. }) if draft.action == Action::LogRecover => fault,
        Err(error) => error,
    }
}
