//! Reads events for summaries of the log: in one pass, oldest first, without
//! holding all of them in memory.

use chrono_tz::Tz;

use super::ReadableLog;
use super::filter;
pub(super) use super::filter::store_timezone;
use crate::ReadView;
use lac_ledger::report_summary::{SummaryEvent, SummaryInfo, VisibilityLimit};
use lac_model::audit::Filter;
use lac_model::time::Timestamp;
use lac_store::Result;

/// The period of a filter: since ≤ time < until.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

pub(super) fn report_context(
    view: &ReadView<'_>,
    readable: &ReadableLog,
    zone: Tz,
    period: Period,
) -> Result<SummaryInfo> {
    Ok(SummaryInfo {
        store: view.config.store_name()?,
        made_at: view.now,
        made_by: view.actor.name.clone(),
        zone: zone.name().to_owned(),
        since: period.since,
        until: period.until,
        limits: reader_limits(readable),
        log_size: view.read.audit_head()?.map_or(0, |head| head.size),
    })
}

/// Passes every event of the filter that the actor may read to `each`, oldest
/// first.
pub(super) fn for_each_event(
    view: &ReadView<'_>,
    filter: &Filter,
    each: &mut dyn FnMut(SummaryEvent) -> Result<()>,
) -> Result<Period> {
    let mut query = filter::build_query(filter, view)?;
    query.ascending = true;
    let period = Period {
        since: query.select.since,
        until: query.select.until,
    };
    view.log_source()
        .for_each_event(&query, &mut |event| each(SummaryEvent::from_record(event)?))?;
    Ok(period)
}

/// Whether the filter has any event that the actor may read.
pub(super) fn has_events(view: &ReadView<'_>, filter: &Filter) -> Result<bool> {
    let mut query = filter::build_query(filter, view)?;
    query.limit = Some(1);
    let mut found = false;
    view.log_source().for_each_event(&query, &mut |_| {
        found = true;
        Ok(())
    })?;
    Ok(found)
}

/// One event by seq; `None` if the actor may not read it.
pub(super) fn find_readable_event(
    view: &ReadView<'_>,
    readable: &ReadableLog,
    seq: u64,
) -> Result<Option<SummaryEvent>> {
    let mut found = None;
    view.log_source().visit_event(seq, &mut |event| {
        found = Some(SummaryEvent::from_record(event)?);
        Ok(())
    })?;
    Ok(found.filter(|summary| readable.includes(&summary.event)))
}

/// The limits of what the actor sees.
fn reader_limits(readable: &ReadableLog) -> Vec<VisibilityLimit> {
    let mut limits = Vec::new();
    if readable.visible.is_some() {
        limits.push(VisibilityLimit::Websites);
    }
    if readable.groups.is_some() {
        limits.push(VisibilityLimit::ActionGroups);
    }
    limits
}
