//! Where summaries of the log get their events from: one pass, oldest first,
//! never all of them in memory.

use chrono_tz::Tz;

use super::Readable;
use super::filter;
pub(super) use super::filter::zone;
use crate::View;
use lac_ledger::summary::{About, Limit, Seen};
use lac_model::audit::Filter;
use lac_model::time::Timestamp;
use lac_store::Result;

/// The period a filter stands for: since ≤ time < until.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// # Errors
/// Only the store's own.
pub(super) fn about(
    view: &View<'_>,
    readable: &Readable,
    zone: Tz,
    period: Period,
) -> Result<About> {
    Ok(About {
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

/// Gives every event of the filter that the actor may read to `each`, oldest
/// first.
///
/// # Errors
/// As [`filter::query`]; `row_damaged`; whatever `each` fails with.
pub(super) fn events(
    view: &View<'_>,
    filter: &Filter,
    each: &mut dyn FnMut(Seen) -> Result<()>,
) -> Result<Period> {
    let mut query = filter::query(filter, view)?;
    query.ascending = true;
    let period = Period {
        since: query.select.since,
        until: query.select.until,
    };
    view.source()
        .events(&query, &mut |event| each(Seen::of(event)?))?;
    Ok(period)
}

/// Whether the actor may read any event of the filter.
///
/// # Errors
/// As [`events`].
pub(super) fn any(view: &View<'_>, filter: &Filter) -> Result<bool> {
    let mut query = filter::query(filter, view)?;
    query.limit = Some(1);
    let mut found = false;
    view.source().events(&query, &mut |_| {
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
    view.source().event(seq, &mut |event| {
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
