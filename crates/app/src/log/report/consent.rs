//! Finds the grants that logins are based on: of those by the same person who
//! recorded the consent (the login itself detects this, and its event contains
//! it), and of those soon after the customer's own decision.

use crate::ReadView;
use crate::log::{ReadableLog, reading};
use lac_ledger::report::{ConsentGrant, QUICK_CONSENT};
use lac_model::audit::{ConsentBasis, EventView};
use lac_model::customer::ConsentSource;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Looks up grants for events that come from oldest to newest.
pub(super) struct GrantFinder<'a> {
    view: &'a ReadView<'a>,
    readable: &'a ReadableLog,
    /// An event more than [`QUICK_CONSENT`] before `newer`.
    older: Option<Place>,
    newer: Option<Place>,
}

/// Where and when an event is in the log.
#[derive(Clone, Copy)]
struct Place {
    seq: u64,
    time: Timestamp,
}

impl<'a> GrantFinder<'a> {
    pub(super) fn new(view: &'a ReadView<'a>, readable: &'a ReadableLog) -> Self {
        Self {
            view,
            readable,
            older: None,
            newer: None,
        }
    }

    /// The grant, which can be before the period. `None` if the report does not
    /// need it, and if the actor may not read it.
    pub(super) fn find(&mut self, event: &EventView) -> Result<Option<ConsentGrant>> {
        self.pass(event);
        let basis = event
            .consent
            .as_ref()
            .filter(|basis| basis.self_granted || self.may_be_quick(basis));
        let Some(seq) = basis.and_then(|basis| basis.seq) else {
            return Ok(None);
        };
        let found = reading::find_readable_event(self.view, self.readable, seq)?;
        Ok(found.map(|grant| ConsentGrant {
            seq,
            time: grant.event.time,
            storefront: storefront(&grant.event),
        }))
    }

    /// Remembers an event that lies far enough back. Most logins are based on
    /// an older grant than this, which then need not be read.
    fn pass(&mut self, event: &EventView) {
        let is_later = |newer: Place| event.time.duration_since(newer.time) > QUICK_CONSENT;
        if self.newer.is_none_or(is_later) {
            self.older = self.newer;
            self.newer = Some(Place {
                seq: event.seq,
                time: event.time,
            });
        }
    }

    /// Whether a customer's own grant is recent, as far as its seq says.
    fn may_be_quick(&self, basis: &ConsentBasis) -> bool {
        let is_old = |seq| self.older.is_some_and(|older| seq <= older.seq);
        basis.source == Some(ConsentSource::Customer) && !basis.seq.is_some_and(is_old)
    }
}

fn storefront(grant: &EventView) -> Option<String> {
    let name = grant.details.as_ref()?.get("storefront")?;
    name.as_str().map(str::to_owned)
}
