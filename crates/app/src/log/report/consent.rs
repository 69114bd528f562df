//! When the consent was given that somebody granted and then used. That it was
//! one person is what the login itself found, and its event says.

use crate::ReadView;
use crate::log::{ReadableLog, reading};
use lac_model::audit::EventView;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Follows such a login to the event that granted the consent, which may lie
/// before the period; `None` for another event, and where the reader may not
/// read that one.
pub(super) fn consent_granted_at(
    view: &ReadView<'_>,
    readable: &ReadableLog,
    event: &EventView,
) -> Result<Option<Timestamp>> {
    let basis = event.consent.as_ref().filter(|basis| basis.self_granted);
    let Some(seq) = basis.and_then(|basis| basis.seq) else {
        return Ok(None);
    };
    Ok(reading::find_readable_event(view, readable, seq)?.map(|seen| seen.event.time))
}
