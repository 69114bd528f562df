//! What summaries of the log are made from.

use serde::{Deserialize, Serialize};

use crate::event_log::event_view;
use lac_model::audit::{EventView, RecordFields};
use lac_model::time::Timestamp;
use lac_store::Result;

/// An event of a filter.
#[derive(Debug)]
pub struct SummaryEvent {
    pub event: EventView,
    /// The shopper part was erased: no e-mail address, reason and details.
    pub erased: bool,
}

impl SummaryEvent {
    pub fn from_record(event: &RecordFields<'_>) -> Result<Self> {
        Ok(Self {
            event: event_view(event)?,
            erased: event.texts.customer_part.is_none(),
        })
    }
}

/// Why a summary may not show everything that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisibilityLimit {
    /// The reader's role scope: only some websites' events, and the reader's
    /// own.
    Websites,
    /// The reader's role: only the action group `login_as_customer`.
    ActionGroups,
}

/// What a summary is of: part of its JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryInfo {
    /// The store's name.
    pub store: String,
    pub made_at: Timestamp,
    /// Whose view of the log this is.
    pub made_by: String,
    /// `general/locale/timezone`.
    pub zone: String,
    /// The bounds that were asked for: since ≤ time < until.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Why there may be more than is shown; empty if nothing is missing.
    pub limits: Vec<VisibilityLimit>,
    /// Events in the whole log.
    pub log_size: u64,
}
