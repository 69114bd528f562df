//! The newest state that the log holds.

use super::{ReadTx, Result};
use crate::domain::audit::{State, StateKind, differs_from, state_of};
use crate::domain::fault::Fault;
use crate::domain::merkle::SUBTREE;

pub trait StateReads {
    /// What a kind of state comes to: SHA-256 in base64url, over the rows as
    /// `docs/audit-log.md` says.
    fn state_digest(&self, kind: StateKind) -> Result<String>;
}

/// Whether the event of this number says again what the state is: the first of
/// each run of 256, so that the newest one is always among the last 256 events.
pub fn is_repeated_at(seq: u64) -> bool {
    seq % SUBTREE == 1
}

/// The newest state among the first `size` events, and the event that holds it;
/// `None` where no event does yet.
///
/// # Errors
/// `row_damaged` for a record that cannot be read.
pub fn newest(tx: &dyn ReadTx, size: u64) -> Result<Option<(u64, State)>> {
    let mut newest = None;
    if size == 0 {
        return Ok(newest);
    }
    let first = size - (size - 1) % SUBTREE;
    tx.audit_records(first, size, &mut |seq, record| {
        let state = state_of(record).map_err(|e| Fault::RowDamaged {
            table: "audit_event".to_owned(),
            id: seq.to_string(),
            problem: e.to_string(),
        })?;
        newest = state.map(|state| (seq, state)).or(newest.take());
        Ok(())
    })?;
    Ok(newest)
}

/// What the tables hold that is not what this event left; `None` if all of it is.
///
/// # Errors
/// The store's own.
pub fn difference(tx: &dyn ReadTx, seq: u64, state: &State) -> Result<Option<String>> {
    let changed: Vec<StateKind> = state.changed(|kind| tx.state_digest(kind))?;
    Ok(differs_from(&changed, seq))
}
