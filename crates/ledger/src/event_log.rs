//! Reading single things of the log.

use lac_model::audit::{EventView, RecordFields, StoredEvent};
use lac_store::{ReadTx, Result, TreeHead};

use crate::fault::event_damaged;
use crate::fault::log_tampered;
use crate::record::decode_event;

/// The head of the tree.
///
/// # Errors
/// `log_tampered` where there is none.
pub fn newest_head(read: &dyn ReadTx) -> Result<TreeHead> {
    let head = read.audit_head()?;
    head.ok_or_else(|| log_tampered("the head of the tree is gone"))
}

/// An event as readers see it.
///
/// # Errors
/// `row_damaged` for texts that are no event.
pub fn event_view(event: &RecordFields<'_>) -> Result<EventView> {
    read_event(&StoredEvent::from_texts(
        event.seq().unwrap_or_default(),
        event.texts,
    ))
}

/// # Errors
/// `row_damaged` for texts that are no event.
pub fn read_event(stored: &StoredEvent) -> Result<EventView> {
    decode_event(stored).map_err(|e| event_damaged(stored.seq, e))
}
