//! Writes a new checkpoint file when it is lost, with an event in the log.
//!
//! Anybody who can delete the file could also restore an older database. So
//! recovery is a command of its own, with a resource, a confirmation and an
//! event; no other command writes a missing file.

use serde::{Deserialize, Serialize};

use crate::{Context, WriteOutcome, read, write_without_checkpoint};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Result};

/// Checks whether there is something to recover, before the confirmation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogPlanRecovery {}

/// Writes the missing checkpoint file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogRecover {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRecovered {
    /// The number of events, all of which were hashed again.
    pub events: u64,
    /// The seq of the event that records the recovery.
    pub audit_seq: Option<u64>,
}

impl LogPlanRecovery {
    /// # Errors
    /// `already_exists` if the file exists; `resource_denied`.
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
    /// `already_exists` if the file exists and is valid; `log_tampered` if it
    /// is not, or if events and head differ; `resource_denied`.
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
