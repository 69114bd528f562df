//! Events wherever they are kept: in the database, or in archives, as if
//! nothing had happened.

use std::fs::File;
use std::ops::ControlFlow;

use crate::archive::{Archives, FRAME, Frames, Line, Whole};
use lac_model::audit::{Cut, Matcher};
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, EventQuery, ReadTx, Result};

/// Where events are read from, in one snapshot.
#[derive(Clone, Copy)]
pub struct Source<'s> {
    pub read: &'s dyn ReadTx,
    pub archives: &'s dyn Archives,
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

impl<'s> Source<'s> {
    /// Gives every event of a query to `each`, in its order.
    ///
    /// # Errors
    /// `archive_missing`, `row_damaged`, `log_tampered`, and whatever `each`
    /// fails with.
    pub fn events(
        &self,
        query: &EventQuery,
        each: &mut dyn FnMut(&Cut<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut archives = self.read.audit_archives()?;
        archives.retain(|archive| may_hold(archive, query));
        if archives.is_empty() {
            return self.read.audit_scan(query, each);
        }
        if query.limit.is_none() {
            // All of them will be needed: better said before anything is given.
            for archive in &archives {
                self.file(archive)?;
            }
        }
        let mut left = query.limit;
        let mut counted = |cut: &Cut<'_>| {
            left = left.map(|left| left - 1);
            each(cut)
        };
        if !query.ascending {
            archives.reverse();
            self.read.audit_scan(query, &mut counted)?;
        }
        let matcher = Matcher::new(&query.select, query.visible.as_ref());
        for archive in &archives {
            self.archived(archive, query, &matcher, &mut left, each)?;
        }
        if query.ascending && left != Some(0) {
            let rest = EventQuery {
                limit: left,
                ..query.clone()
            };
            self.read.audit_scan(&rest, each)?;
        }
        Ok(())
    }

    fn archived(
        &self,
        archive: &ArchiveRow,
        query: &EventQuery,
        matcher: &Matcher,
        left: &mut Option<usize>,
        each: &mut dyn FnMut(&Cut<'_>) -> Result<()>,
    ) -> Result<()> {
        if *left == Some(0) {
            return Ok(());
        }
        let [first, last] = range(archive, query);
        self.walk(archive, first, last, query.ascending, &mut |seq, line| {
            let whole = line.whole()?;
            let cut = cut(seq, &whole)?;
            if matcher.fits(&cut) {
                *left = left.map(|left| left - 1);
                each(&cut)?;
            }
            Ok(if *left == Some(0) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })
    }

    /// Gives the events of a range of one archive to `each`, with their seqs.
    ///
    /// # Errors
    /// `archive_missing`, `log_tampered`, and whatever `each` fails with.
    pub fn walk(
        &self,
        archive: &ArchiveRow,
        first: u64,
        last: u64,
        ascending: bool,
        each: &mut dyn FnMut(u64, &Line) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let [first, last] = [first.max(archive.first), last.min(archive.last)];
        if first > last {
            return Ok(());
        }
        let mut frames = self.open(archive)?;
        let frame_of = |seq: u64| (seq - archive.first) / FRAME;
        let range = frame_of(first)..=frame_of(last);
        let mut order: Vec<u64> = range.collect();
        if !ascending {
            order.reverse();
        }
        for frame in order {
            let events = frames.lines(usize::try_from(frame).map_err(Fault::internal)?)?;
            let start = archive.first + frame * FRAME;
            if events.len() as u64 != FRAME.min(archive.last + 1 - start) {
                let what = format!("{}: a frame with other events", archive.name);
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

    fn file(&self, archive: &ArchiveRow) -> Result<File> {
        let file = self.archives.open(&archive.name)?;
        file.ok_or_else(|| Fault::ArchiveMissing {
            name: archive.name.clone(),
        })
    }

    fn open(&self, archive: &ArchiveRow) -> Result<Frames<File>> {
        let file = self.file(archive)?;
        let frames = Frames::open(&archive.name, file)?;
        if frames.count() as u64 == (archive.last + 1 - archive.first).div_ceil(FRAME) {
            return Ok(frames);
        }
        let what = format!("{}: other frames than its events have", archive.name);
        Err(Fault::LogTampered { what })
    }

    /// One event.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub fn event(&self, seq: u64, each: &mut dyn FnMut(&Cut<'_>) -> Result<()>) -> Result<()> {
        let only = EventQuery {
            hints: lac_store::Hints {
                first: Some(seq),
                last: Some(seq),
                customers: Vec::new(),
            },
            ..EventQuery::default()
        };
        self.events(&only, each)
    }
}

/// An event of an archive, cut.
///
/// # Errors
/// `row_damaged`.
pub fn cut(seq: u64, whole: &Whole) -> Result<Cut<'_>> {
    Cut::new(whole.texts()).map_err(|e| Fault::RowDamaged {
        table: "archived event".to_owned(),
        id: seq.to_string(),
        problem: e.to_string(),
    })
}

/// The part of an archive that a query can be about.
fn range(archive: &ArchiveRow, query: &EventQuery) -> [u64; 2] {
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

fn may_hold(archive: &ArchiveRow, query: &EventQuery) -> bool {
    let [first, last] = range(archive, query);
    first <= last
        && query
            .select
            .since
            .is_none_or(|since| archive.until >= since)
        && query.select.until.is_none_or(|until| archive.since < until)
}
