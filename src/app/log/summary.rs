//! Where summaries of the log get their events from: one pass, oldest first,
//! never all of them in memory.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub(super) use super::filter::zone;
use super::source::Source;
use super::{Filter, Readable, view_of};
use crate::app::View;
use crate::domain::audit::{Cut, EventView};
use crate::domain::time::Timestamp;
use crate::store::Result;

/// An event of a filter.
#[derive(Debug)]
pub(super) struct Seen {
    pub event: EventView,
    /// The shopper part was erased: no e-mail address, reason and details.
    pub erased: bool,
}

impl Seen {
    fn of(event: &Cut<'_>) -> Result<Self> {
        Ok(Self {
            event: view_of(event)?,
            erased: event.texts.shopper.is_none(),
        })
    }
}

/// The period a filter stands for: since ≤ time < until.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// Why a summary may not show everything that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The reader's role scope: only some websites' events, and the reader's
    /// own.
    Websites,
    /// The reader's role: only the action group `login_as_customer`.
    ActionGroups,
}

/// What a summary is of: part of its JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
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
    pub limits: Vec<Limit>,
    /// Events in the whole log.
    pub log_size: u64,
}

impl About {
    /// # Errors
    /// Only the store's own.
    pub(super) fn of(
        view: &View<'_>,
        readable: &Readable,
        zone: Tz,
        period: Period,
    ) -> Result<Self> {
        Ok(Self {
            store: view.config.store_name()?,
            made_at: view.now,
            made_by: view.actor.name.clone(),
            zone: zone.name().to_owned(),
            since: period.since,
            until: period.until,
            limits: limits(readable),
            log_size: view.read.audit_head()?.map_or(0, |head| head.size),
        })
    }
}

/// Gives every event of the filter that the actor may read to `each`, oldest
/// first.
///
/// # Errors
/// As [`Filter::query`]; `row_damaged`; whatever `each` fails with.
pub(super) fn events(
    view: &View<'_>,
    filter: &Filter,
    each: &mut dyn FnMut(Seen) -> Result<()>,
) -> Result<Period> {
    let mut query = filter.query(view)?;
    query.ascending = true;
    let period = Period {
        since: query.select.since,
        until: query.select.until,
    };
    Source::of(view).events(&query, &mut |event| each(Seen::of(event)?))?;
    Ok(period)
}

/// Whether the actor may read any event of the filter.
///
/// # Errors
/// As [`events`].
pub(super) fn any(view: &View<'_>, filter: &Filter) -> Result<bool> {
    let mut query = filter.query(view)?;
    query.limit = Some(1);
    let mut found = false;
    Source::of(view).events(&query, &mut |_| {
        found = true;
        Ok(())
    })?;
    Ok(found)
}

/// One event by its seq; `None` for one that the actor may not read.
///
/// # Errors
/// `row_damaged`.
pub(super) fn event(view: &View<'_>, readable: &Readable, seq: u64) -> Result<Option<Seen>> {
    let mut found = None;
    Source::of(view).event(seq, &mut |event| {
        found = Some(Seen::of(event)?);
        Ok(())
    })?;
    Ok(found.filter(|seen| readable.covers(&seen.event)))
}

/// What keeps the actor from seeing everything.
fn limits(readable: &Readable) -> Vec<Limit> {
    let mut limits = Vec::new();
    if readable.visible.is_some() {
        limits.push(Limit::Websites);
    }
    if readable.groups.is_some() {
        limits.push(Limit::ActionGroups);
    }
    limits
}
