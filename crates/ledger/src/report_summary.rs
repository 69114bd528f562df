//! What reports and statements have in common.

use serde::{Deserialize, Serialize};

use crate::event_log::event_view;
use lac_model::audit::{EventView, RecordFields};
use lac_model::time::Timestamp;
use lac_store::Result;

/// An event to summarise.
#[derive(Debug)]
pub struct SummaryEvent {
    pub event: EventView,
    /// Whether the `shopper` part (e-mail address, reason, details) was erased.
    pub erased: bool,
}

impl SummaryEvent {
    /// Decodes an event that a query found.
    pub fn from_record(event: &RecordFields<'_>) -> Result<Self> {
        Ok(Self {
            event: event_view(event)?,
            erased: event.texts.customer_part.is_none(),
        })
    }
}

/// Why a summary may not contain every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisibilityLimit {
    /// The reader's role scope: only events of some websites, and the reader's
    /// own.
    Websites,
    /// The reader's role: only the action group `login_as_customer`.
    ActionGroups,
}

/// What a summary covers; part of its JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryInfo {
    /// The store's name.
    pub store: String,
    /// When it was created.
    pub made_at: Timestamp,
    /// Whose view of the log this is.
    pub made_by: String,
    /// The time zone, from the config path `general/locale/timezone`.
    pub zone: String,
    /// The requested period: `since` inclusive, `until` exclusive.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Why events may be missing; empty if none are.
    pub limits: Vec<VisibilityLimit>,
    /// Number of events in the whole log.
    pub log_size: u64,
}
