//! Finds when consent was given, for logins by the same person who recorded the
//! consent. The login itself detects this, and its event contains it.

use crate::ReadView;
use crate::log::{ReadableLog, reading};
use lac_model::audit::EventView;
use lac_model::time::Timestamp;
use lac_store::Result;

/// The time of the event that granted the consent, which can be before the
/// period. `None` for any other event, and if the actor may not read the grant.
pub(super) fn consent_granted_at(
    view: &ReadView<'_>,
    readable: &ReadableLog,
    event: &EventView,
) -> Result<Option<Timestamp>> {
    let basis = event.consent.as_ref().filter(|basis| basis.self_granted);
    let Some(seq) = basis.and_then(|basis| basis.seq) else {
        return Ok(None);
    };
    Ok(reading::find_readable_event(view, readable, seq)?.map(|summary| summary.event.time))
}
