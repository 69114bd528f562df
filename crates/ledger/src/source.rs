//! Reads events from the database and from archives as one sequence.

use std::fs::File;
use std::ops::ControlFlow;

use crate::archive::{Archives, EVENTS_PER_FRAME, EventLine, FrameReader, RestoredEvent};
use lac_model::audit::{Matcher, RecordFields};
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, EventQuery, ReadTx, Result};

/// One snapshot of the log: a read transaction and the archive files.
#[derive(Clone, Copy)]
pub struct EventSource<'s> {
    /// The database.
    pub tx: &'s dyn ReadTx,
    /// The archive files.
    pub archives: &'s dyn Archives,
}

impl EventSource<'_> {
    /// Calls `each` with every event of a query, in the query's order.
    /// `archive_missing` if it needs an archive that is not there; without a
    /// limit, this is checked before the first call.
    pub fn for_each_event(
        &self,
        query: &EventQuery,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut archives = self.tx.audit_archives()?;
        archives.retain(|archive| may_contain(archive, query));
        if archives.is_empty() {
            return self.tx.audit_scan(query, each);
        }
        if query.limit.is_none() {
            // Fail before the first event, not in the middle.
            for archive in &archives {
                self.open_file(archive)?;
            }
        }
        let mut left = query.limit;
        let mut counted = |fields: &RecordFields<'_>| {
            left = left.map(|left| left - 1);
            each(fields)
        };
        if !query.ascending {
            archives.reverse();
            self.tx.audit_scan(query, &mut counted)?;
        }
        let matcher = Matcher::new(&query.select, query.visible.as_ref());
        for archive in &archives {
            self.scan_archive(archive, query, &matcher, &mut left, each)?;
        }
        if query.ascending && left != Some(0) {
            let rest = EventQuery {
                limit: left,
                ..query.clone()
            };
            self.tx.audit_scan(&rest, each)?;
        }
        Ok(())
    }

    fn scan_archive(
        &self,
        archive: &ArchiveRow,
        query: &EventQuery,
        matcher: &Matcher,
        left: &mut Option<usize>,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()> {
        if *left == Some(0) {
            return Ok(());
        }
        let [first, last] = archive_window(archive, query);
        self.for_each_archived(archive, first, last, query.ascending, &mut |seq, line| {
            let whole = line.restore()?;
            let fields = archived_fields(seq, &whole)?;
            if matcher.matches(&fields) {
                *left = left.map(|left| left - 1);
                each(&fields)?;
            }
            Ok(if *left == Some(0) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })
    }

    /// Calls `each` with `seq` and line of the archive's events from `first` to
    /// `last`, inclusive, until it breaks. Only the frames with these events
    /// are read.
    pub fn for_each_archived(
        &self,
        archive: &ArchiveRow,
        first: u64,
        last: u64,
        ascending: bool,
        each: &mut dyn FnMut(u64, &EventLine) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let [first, last] = [first.max(archive.first), last.min(archive.last)];
        if first > last {
            return Ok(());
        }
        let mut frames = self.open_frames(archive)?;
        let frame_of = |seq: u64| (seq - archive.first) / EVENTS_PER_FRAME;
        let range = frame_of(first)..=frame_of(last);
        let mut order: Vec<u64> = range.collect();
        if !ascending {
            order.reverse();
        }
        for frame in order {
            let events = frames.read_events(usize::try_from(frame).map_err(Fault::internal)?)?;
            let start = archive.first + frame * EVENTS_PER_FRAME;
            if events.len() as u64 != EVENTS_PER_FRAME.min(archive.last + 1 - start) {
                let what = format!("{}: a frame has the wrong number of events", archive.name);
                return Err(Fault::LogTampered { what });
            }
            let numbered = (start..)
                .zip(&events)
                .filter(|(seq, _)| (first..=last).contains(seq));
            let mut numbered: Vec<_> = numbered.collect();
            if !ascending {
                numbered.reverse();
            }
            for (seq, line) in numbered {
                if each(seq, line)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn open_file(&self, archive: &ArchiveRow) -> Result<File> {
        let file = self.archives.open(&archive.name)?;
        file.ok_or_else(|| Fault::ArchiveMissing {
            name: archive.name.clone(),
        })
    }

    fn open_frames(&self, archive: &ArchiveRow) -> Result<FrameReader<File>> {
        let file = self.open_file(archive)?;
        let frames = FrameReader::open(&archive.name, file)?;
        if frames.event_frame_count() as u64
            == (archive.last + 1 - archive.first).div_ceil(EVENTS_PER_FRAME)
        {
            return Ok(frames);
        }
        let what = format!("{}: it has the wrong number of frames", archive.name);
        Err(Fault::LogTampered { what })
    }

    /// Calls `each` with event `seq`, if there is one.
    pub fn visit_event(
        &self,
        seq: u64,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()> {
        let only = EventQuery {
            hints: lac_store::EventHints {
                first: Some(seq),
                last: Some(seq),
                customers: Vec::new(),
            },
            ..EventQuery::default()
        };
        self.for_each_event(&only, each)
    }
}

/// Splits the record and parts of an archived event into fields.
pub fn archived_fields(seq: u64, whole: &RestoredEvent) -> Result<RecordFields<'_>> {
    RecordFields::new(whole.texts()).map_err(|e| Fault::RowDamaged {
        table: "archived event".to_owned(),
        id: seq.to_string(),
        problem: e.to_string(),
    })
}

/// The range of an archive's seqs that can match a query.
fn archive_window(archive: &ArchiveRow, query: &EventQuery) -> [u64; 2] {
    let (mut first, mut last) = (archive.first, archive.last);
    if let Some(hint) = query.hints.first {
        first = first.max(hint);
    }
    if let Some(hint) = query.hints.last {
        last = last.min(hint);
    }
    match query.after {
        Some(after) if query.ascending => first = first.max(after.saturating_add(1)),
        Some(after) => last = last.min(after.saturating_sub(1)),
        None => {}
    }
    [first, last]
}

fn may_contain(archive: &ArchiveRow, query: &EventQuery) -> bool {
    let [first, last] = archive_window(archive, query);
    first <= last
        && query
            .select
            .since
            .is_none_or(|since| archive.until >= since)
        && query.select.until.is_none_or(|until| archive.since < until)
}
