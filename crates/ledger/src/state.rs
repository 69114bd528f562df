//! Finds the newest recorded state in the log and compares it with the tables
//! (`docs/audit-log.md`, State).

use lac_model::audit::{StateDigests, StateKind, describe_differences};
use lac_model::fault::Fault;
use lac_store::{ReadTx, Result, WriteTx};

use crate::fault::{event_damaged, log_tampered};
use crate::merkle::{Frontier, SUBTREE_SIZE};
use crate::record::{is_archiving_event, state_in_record};
use crate::root::for_each_in_newest_run;

/// Whether the event with this `seq` repeats the recorded state: the first one
/// of each run of 256, so that the newest state is always among the last 256
/// events.
pub fn repeats_state_at(seq: u64) -> bool {
    seq % SUBTREE_SIZE == 1
}

/// The newest recorded state and the `seq` of its event; `None` if no event has
/// one yet.
///
/// `frontier` is the signed one. The records that are read must lead to it, so
/// a state that was written into a record afterwards is not used.
pub fn newest_state(tx: &dyn ReadTx, frontier: &Frontier) -> Result<Option<(u64, StateDigests)>> {
    let mut newest = None;
    let mut is_archiving = false;
    let archived = for_each_in_newest_run(tx, frontier, &mut |seq, record| {
        let damaged = |e: serde_json::Error| event_damaged(seq, e);
        is_archiving |= is_archiving_event(record).map_err(damaged)?;
        let state = state_in_record(record).map_err(damaged)?;
        newest = state.map(|state| (seq, state)).or(newest.take());
        Ok(())
    })?;
    // If the run's first event is archived, the event that archived it is in
    // the run and records the state, unless it is older than recorded states.
    // This also refuses an archive row that somebody inserted to hide a state.
    if archived && newest.is_none() && !is_archiving {
        return Err(log_tampered(
            "some of the newest 256 events are archived, but no event records that",
        ));
    }
    Ok(newest)
}

/// The `seq` of the first event with a recorded state, of the first `size` in
/// the database.
pub fn first_event_with_state(tx: &dyn ReadTx, size: u64) -> Result<Option<u64>> {
    let mut found = None;
    // Binary search: after the first recorded state, each run begins with one.
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

fn for_each_state(
    tx: &dyn ReadTx,
    first: u64,
    last: u64,
    take: &mut dyn FnMut(u64, StateDigests),
) -> Result<()> {
    tx.audit_records(first, last, &mut |seq, record| {
        let state = state_in_record(record).map_err(|e| event_damaged(seq, e))?;
        if let Some(state) = state {
            take(seq, state);
        }
        Ok(())
    })
}

/// Describes how the tables differ from the state that event `seq` recorded;
/// `None` if they match.
pub fn state_difference(tx: &dyn ReadTx, seq: u64, state: &StateDigests) -> Result<Option<String>> {
    let changed: Vec<StateKind> = state.find_changed(|kind| tx.state_digest(kind))?;
    Ok(describe_differences(&changed, seq))
}

/// Checks that config is as recorded before an event is left out of the log.
/// Which groups are left out is itself config: without this check, a row
/// written into the table could keep an event out of the log.
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
