//! The checkpoint file is lost for good: write it anew, on record.
//!
//! Whoever can delete the file could roll the database back as well, so this
//! is an act of its own, with a resource, a confirmation and an event; it is
//! never done in passing.

use serde::{Deserialize, Serialize};

use crate::{Context, WriteOutcome, read, write_without_checkpoint};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Result};

/// Asks whether there is something to recover; before the confirmation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogPlanRecovery {}

/// Writes the missing file anew.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogRecover {}

/// What was recovered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRecovered {
    /// The events that were there, all of which were hashed again.
    pub events: u64,
    /// The event of the recovery itself.
    pub audit_seq: Option<u64>,
}

impl LogPlanRecovery {
    /// # Errors
    /// `already_exists`, `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<()> {
        read(
            context,
            Action::LogRecover,
            &[Resource::LOGGING_BULK_EVENTS],
            |_| check_file_is_missing(context),
        )
    }
}

impl Act for LogRecover {
    const ANY_OF: &'static [Resource] = &[Resource::LOGGING_BULK_EVENTS];
}

impl LogRecover {
    /// # Errors
    /// `already_exists` where the file is there and healthy; `log_tampered`
    /// where it is there and is not, or events and head differ;
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<LogRecovered> {
        write_without_checkpoint::<Self, _>(
            context,
            Action::LogRecover,
            |_| (),
            |work, _| {
                check_file_is_missing(context)?;
                let events = work.next_seq() - 1;
                work.draft.add_detail("events", events);
                let recorded = work.record()?;
                let audit_seq = recorded.seq;
                Ok(WriteOutcome::Recorded(
                    LogRecovered { events, audit_seq },
                    recorded,
                ))
            },
        )
    }
}

fn check_file_is_missing(context: &Context<'_>) -> Result<()> {
    match context.high_water.read()? {
        None => Ok(()),
        Some(_) => Err(Fault::AlreadyExists {
            what: format!("the checkpoint file {}", context.high_water.path()),
        }),
    }
}
