//! Reads single things of the log: its head, or one event decoded.

use lac_model::audit::{EventView, RecordFields, StoredEvent};
use lac_store::{ReadTx, Result, TreeHead};

use crate::fault::event_damaged;
use crate::fault::log_tampered;
use crate::record::decode_event;

/// The head of the tree. `log_tampered` if there is none: every store has one.
pub fn newest_head(read: &dyn ReadTx) -> Result<TreeHead> {
    let head = read.audit_head()?;
    head.ok_or_else(|| log_tampered("the head of the tree is gone"))
}

/// Decodes an event that a query found. `row_damaged` if its texts are not a
/// valid event.
pub fn event_view(event: &RecordFields<'_>) -> Result<EventView> {
    read_event(&StoredEvent::from_texts(
        event.seq().unwrap_or_default(),
        event.texts,
    ))
}

/// Decodes an event from its stored texts. `row_damaged` if they are not a
/// valid event.
pub fn read_event(stored: &StoredEvent) -> Result<EventView> {
    decode_event(stored).map_err(|e| event_damaged(stored.seq, e))
}
