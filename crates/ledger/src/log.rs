//! Reading single things of the log.

use lac_model::audit::{Cut, EventView, StoredEvent};
use lac_store::{Head, ReadTx, Result};

use crate::fault::damaged;
use crate::fault::tampered;
use crate::record::view;

/// The head of the tree.
///
/// # Errors
/// `log_tampered` where there is none.
pub fn newest(read: &dyn ReadTx) -> Result<Head> {
    let head = read.audit_head()?;
    head.ok_or_else(|| tampered("the head of the tree is gone"))
}

/// An event as readers see it.
///
/// # Errors
/// `row_damaged` for texts that are no event.
pub fn view_of(event: &Cut<'_>) -> Result<EventView> {
    read(&StoredEvent::of(
        event.seq().unwrap_or_default(),
        event.texts,
    ))
}

/// # Errors
/// `row_damaged` for texts that are no event.
pub fn read(stored: &StoredEvent) -> Result<EventView> {
    view(stored).map_err(|e| damaged(stored.seq, e))
}
