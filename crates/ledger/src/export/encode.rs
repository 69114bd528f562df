//! Encodes many events in one pass: ranges of seqs are read and encoded by
//! several threads. Memory does not grow with the log.

use super::EventEncoder;
use crate::archive::EVENTS_PER_FRAME;
use crate::parallel;
use crate::source::EventSource;
use lac_store::{EventQuery, ReadTx, Result, Store};

/// Seqs in one range of the database.
const RUN_EVENTS: u64 = 2048;
/// Frames in one range of an archive.
const RUN_FRAMES: u64 = 4;
/// The most bytes that a buffer keeps for the next range.
const MAX_KEPT_CAPACITY: usize = 4 * 1024 * 1024;

/// The encoded rows of one range.
#[derive(Debug, Default)]
pub struct EncodedRun {
    /// The rows, in the export's format.
    pub bytes: Vec<u8>,
    /// Number of rows.
    pub rows: u64,
    /// Last `seq` of the range.
    pub last: u64,
}

/// First and last `seq` that can match a query, inclusive; `None` if none can.
pub fn query_window(read: &dyn ReadTx, query: &EventQuery) -> Result<Option<[u64; 2]>> {
    let mut first = query.hints.first.unwrap_or(1);
    let mut last = query
        .hints
        .last
        .unwrap_or(u64::MAX)
        .min(read.audit_last_seq()?);
    if query.ascending {
        first = first.max(query.after.unwrap_or(0) + 1);
    }
    let mut boundary = 0;
    let mut since_in_database = true;
    let mut until_in_database = true;
    for archive in read.audit_archives()? {
        boundary = archive.last;
        if let Some(since) = query.select.since {
            if archive.until < since {
                first = first.max(archive.last + 1);
            } else {
                since_in_database = false;
            }
        }
        if let Some(until) = query.select.until
            && archive.since >= until
        {
            last = last.min(archive.first.saturating_sub(1));
            until_in_database = false;
        }
    }
    if let Some(since) = query.select.since
        && since_in_database
    {
        first = first.max(read.audit_first_seq_since(boundary + 1, since)?);
    }
    if let Some(until) = query.select.until
        && until_in_database
    {
        last = last.min(
            read.audit_first_seq_since(boundary + 1, until)?
                .saturating_sub(1),
        );
    }
    Ok((first <= last).then_some([first, last]))
}

/// Splits a window into ranges. Those in archives begin at a frame.
fn split_into_runs(read: &dyn ReadTx, [first, last]: [u64; 2]) -> Result<Vec<[u64; 2]>> {
    let mut runs = Vec::new();
    let mut next = first;
    for archive in read.audit_archives()? {
        while next <= last && (archive.first..=archive.last).contains(&next) {
            let frame = (next - archive.first) / EVENTS_PER_FRAME;
            let end = archive.first + (frame + RUN_FRAMES) * EVENTS_PER_FRAME - 1;
            let end = end.min(archive.last).min(last);
            runs.push([next, end]);
            next = end + 1;
        }
    }
    while next <= last {
        let end = (next + RUN_EVENTS - 1).min(last);
        runs.push([next, end]);
        next = end + 1;
    }
    Ok(runs)
}

/// Encodes every event of a query and calls `take` with the rows of each range,
/// in order. The query must be ascending and without a limit.
pub fn encode_runs(
    store: &dyn Store,
    source: EventSource<'_>,
    query: &EventQuery,
    encode: &dyn EventEncoder,
    take: &mut dyn FnMut(&EncodedRun) -> Result<()>,
) -> Result<()> {
    let Some(window) = query_window(source.tx, query)? else {
        return Ok(());
    };
    let runs = split_into_runs(source.tx, window)?;
    let work = |source: EventSource<'_>, range: [u64; 2], mut run: EncodedRun| {
        encode_run(&mut run, source, query, range, encode)?;
        Ok(run)
    };
    parallel::for_each_range(store, source, &runs, &work, &mut |run| take(run))
}

fn encode_run(
    run: &mut EncodedRun,
    source: EventSource<'_>,
    query: &EventQuery,
    [first, last]: [u64; 2],
    encode: &dyn EventEncoder,
) -> Result<()> {
    run.bytes.clear();
    run.bytes.shrink_to(MAX_KEPT_CAPACITY);
    (run.rows, run.last) = (0, last);
    let mut part = query.clone();
    // The range makes a search by time unnecessary.
    part.hints.first = Some(first);
    part.hints.last = Some(last);
    part.after = None;
    source.for_each_event(&part, &mut |event| {
        run.rows += 1;
        encode.encode(event, &mut run.bytes)
    })
}
