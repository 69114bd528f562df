//! Shows one event.

use serde::{Deserialize, Serialize};

use super::{LOG_READERS, ReadableLog};
use crate::{Context, ReadView, read};
use lac_ledger::event_log::read_event;
use lac_model::audit::{Action, EventView, StoredEvent};
use lac_model::bounded::Seq;
use lac_model::fault::Fault;
use lac_store::Result;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogShow {
    pub seq: Seq,
}

/// Shows an event as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogRaw {
    pub seq: Seq,
}

/// The exact texts that are stored and hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawEvent {
    pub record: String,
    /// `None` if erased.
    pub shopper: Option<String>,
    pub staff: String,
}

impl LogShow {
    /// # Errors
    /// `event_not_found`, also for one the actor may not read;
    /// `resource_denied`, `row_damaged`.
    pub fn run(self, context: &Context<'_>) -> Result<EventView> {
        read(context, Action::LogRead, &LOG_READERS, |view| {
            self.find_event(view).map(|(_, event)| event)
        })
    }

    fn find_event(&self, view: &ReadView<'_>) -> Result<(StoredEvent, EventView)> {
        let missing = || Fault::EventNotFound {
            seq: self.seq.get(),
        };
        let mut stored = None;
        view.log_source()
            .visit_event(self.seq.get(), &mut |fields| {
                stored = Some(StoredEvent::from_texts(self.seq.get(), fields.texts));
                Ok(())
            })?;
        let stored = stored.ok_or_else(missing)?;
        let event = read_event(&stored)?;
        if ReadableLog::for_actor(view)?.includes(&event) {
            return Ok((stored, event));
        }
        Err(missing())
    }
}

impl LogRaw {
    /// # Errors
    /// As [`LogShow::run`].
    pub fn run(self, context: &Context<'_>) -> Result<RawEvent> {
        let event = LogShow { seq: self.seq };
        read(context, Action::LogRead, &LOG_READERS, |view| {
            let (stored, _) = event.find_event(view)?;
            Ok(RawEvent {
                record: stored.record,
                shopper: stored.customer_part,
                staff: stored.staff_part,
            })
        })
    }
}
