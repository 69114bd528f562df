//! One event.

use serde::{Deserialize, Serialize};

use super::{READERS, Readable};
use crate::{Desk, View, look};
use lac_ledger::log::read;
use lac_model::audit::{Action, EventView, StoredEvent};
use lac_model::fault::Fault;
use lac_model::form::Seq;
use lac_store::Result;

/// Asks for the event with this seq.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Show {
    pub seq: Seq,
}

/// Asks for the event with this seq as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShowRaw {
    pub seq: Seq,
}

/// The exact texts that are stored and hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw {
    pub record: String,
    /// `None` once erased.
    pub shopper: Option<String>,
    pub staff: String,
}

impl Show {
    /// # Errors
    /// `event_not_found`, also for one the actor may not read;
    /// `resource_denied`, `row_damaged`.
    pub fn run(self, desk: &Desk<'_>) -> Result<EventView> {
        look(desk, Action::LogRead, &READERS, |view| {
            self.find(view).map(|(_, event)| event)
        })
    }

    fn find(&self, view: &View<'_>) -> Result<(StoredEvent, EventView)> {
        let missing = || Fault::EventNotFound {
            seq: self.seq.get(),
        };
        let mut stored = None;
        view.source().event(self.seq.get(), &mut |cut| {
            stored = Some(StoredEvent::of(self.seq.get(), cut.texts));
            Ok(())
        })?;
        let stored = stored.ok_or_else(missing)?;
        let event = read(&stored)?;
        if Readable::of(view)?.covers(&event) {
            return Ok((stored, event));
        }
        Err(missing())
    }
}

impl ShowRaw {
    /// # Errors
    /// As [`Show::run`].
    pub fn run(self, desk: &Desk<'_>) -> Result<Raw> {
        let event = Show { seq: self.seq };
        look(desk, Action::LogRead, &READERS, |view| {
            let (stored, _) = event.find(view)?;
            Ok(Raw {
                record: stored.record,
                shopper: stored.shopper,
                staff: stored.staff,
            })
        })
    }
}
