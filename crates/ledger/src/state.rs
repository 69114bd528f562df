//! The newest state that the log holds.

use lac_model::audit::{StateDigests, StateKind, describe_differences};
use lac_model::fault::Fault;
use lac_store::{ReadTx, Result, WriteTx};

use crate::fault::log_tampered;
use crate::merkle::{Frontier, SUBTREE_SIZE};
use crate::record::{is_archiving_event, state_in_record};
use crate::root::for_each_in_newest_run;

/// Whether the event of this number says again what the state is: the first of
/// each run of 256, so that the newest one is always among the last 256 events.
pub fn repeats_state_at(seq: u64) -> bool {
    seq % SUBTREE_SIZE == 1
}

/// The newest state in the log, and the event that holds it; `None` where no
/// event does yet. `frontier` is what was signed: the records that are read lead
/// to it, so that a state that somebody wrote into one of them counts for nothing.
///
/// # Errors
/// `log_tampered`; `row_damaged` for a record that cannot be read.
pub fn newest_state(tx: &dyn ReadTx, frontier: &Frontier) -> Result<Option<(u64, StateDigests)>> {
    let mut newest = None;
    let mut is_archiving = false;
    let archived = for_each_in_newest_run(tx, frontier, &mut |seq, record| {
        let damaged = |e: serde_json::Error| Fault::RowDamaged {
            table: "audit_event".to_owned(),
            id: seq.to_string(),
            problem: e.to_string(),
        };
        is_archiving |= is_archiving_event(record).map_err(damaged)?;
        let state = state_in_record(record).map_err(damaged)?;
        newest = state.map(|state| (seq, state)).or(newest.take());
        Ok(())
    })?;
    // Where the run's first event was archived, the event that archived it is
    // among the others and says what the state is; or is older than states are.
    // A row that merely claims an archive hides no state.
    if archived && newest.is_none() && !is_archiving {
        return Err(log_tampered(
            "no event says that the first ones of the newest 256 were archived",
        ));
    }
    Ok(newest)
}

/// The first event in the database that holds a state, of the first `size`.
///
/// # Errors
/// `row_damaged` for a record that cannot be read.
pub fn first_event_with_state(tx: &dyn ReadTx, size: u64) -> Result<Option<u64>> {
    let mut found = None;
    // From the first one on the first event of each run holds one too.
    let (mut without, mut runs) = (0, size.div_ceil(SUBTREE_SIZE));
    while without < runs {
        let middle = u64::midpoint(without, runs);
        let seq = middle * SUBTREE_SIZE + 1;
        let mut holds = false;
        for_each_state(tx, seq, seq, &mut |_, _| holds = true)?;
        if holds {
            runs = middle;
        } else {
            without = middle + 1;
        }
    }
    let first = without.saturating_sub(1) * SUBTREE_SIZE + 1;
    for_each_state(tx, first, size.min(first + SUBTREE_SIZE), &mut |seq, _| {
        found.get_or_insert(seq);
    })?;
    Ok(found)
}

/// Gives every state that an event of a range holds.
fn for_each_state(
    tx: &dyn ReadTx,
    first: u64,
    last: u64,
    take: &mut dyn FnMut(u64, StateDigests),
) -> Result<()> {
    tx.audit_records(first, last, &mut |seq, record| {
        let state = state_in_record(record).map_err(|e| Fault::RowDamaged {
            table: "audit_event".to_owned(),
            id: seq.to_string(),
            problem: e.to_string(),
        })?;
        if let Some(state) = state {
            take(seq, state);
        }
        Ok(())
    })
}

/// What the tables hold that is not what this event left; `None` if all of it is.
///
/// # Errors
/// The store's own.
pub fn state_difference(tx: &dyn ReadTx, seq: u64, state: &StateDigests) -> Result<Option<String>> {
    let changed: Vec<StateKind> = state.find_changed(|kind| tx.state_digest(kind))?;
    Ok(describe_differences(&changed, seq))
}

/// That a group is left out is config too: a row that somebody wrote into the
/// table must not keep an act off the record.
///
/// # Errors
/// `state_tampered`.
pub fn check_config_unchanged(tx: &dyn WriteTx, known: Option<(u64, StateDigests)>) -> Result<()> {
    let Some((seq, state)) = known else {
        return Ok(());
    };
    let Some(known) = state.get(StateKind::Config) else {
        return Ok(());
    };
    let before = if tx.written_state_kinds().is_empty() {
        tx.state_digest(StateKind::Config)?
    } else {
        tx.state_digest_before(StateKind::Config)?
    };
    let changed = (before != known).then_some(StateKind::Config);
    match describe_differences(changed.as_slice(), seq) {
        Some(what) => Err(Fault::StateTampered { what }),
        None => Ok(()),
    }
}
