//! The checkpoint file is lost for good: write it anew, on record.
//!
//! Whoever can delete the file could roll the database back as well, so this
//! is an act of its own, with a resource, a confirmation and an event; it is
//! never done in passing.

use serde::{Deserialize, Serialize};

use crate::{Desk, Done, act_without_checkpoint, look};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Result};

/// Asks whether there is something to recover; before the confirmation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PlanRecovery {}

/// Writes the missing file anew.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Recover {}

/// What was recovered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// The events that were there, all of which were hashed again.
    pub events: u64,
    /// The event of the recovery itself.
    pub audit_seq: Option<u64>,
}

impl PlanRecovery {
    /// # Errors
    /// `already_exists`, `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<()> {
        look(
            desk,
            Action::LogRecover,
            &[Resource::LOGGING_BULK_EVENTS],
            |_| missing(desk),
        )
    }
}

impl Act for Recover {
    const ANY_OF: &'static [Resource] = &[Resource::LOGGING_BULK_EVENTS];
}

impl Recover {
    /// # Errors
    /// `already_exists` where the file is there and healthy; `log_tampered`
    /// where it is there and is not, or events and head differ;
    /// `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Recovered> {
        act_without_checkpoint::<Self, _>(
            desk,
            Action::LogRecover,
            |_| (),
            |work, _| {
                missing(desk)?;
                let events = work.next_seq() - 1;
                work.draft.detail("events", events);
                let recorded = work.record()?;
                let audit_seq = recorded.seq;
                Ok(Done::Recorded(Recovered { events, audit_seq }, recorded))
            },
        )
    }
}

fn missing(desk: &Desk<'_>) -> Result<()> {
    match desk.high_water.read()? {
        None => Ok(()),
        Some(_) => Err(Fault::AlreadyExists {
            what: format!("the checkpoint file {}", desk.high_water.path()),
        }),
    }
}
