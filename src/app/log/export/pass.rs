//! One pass over many events, by several threads.
//!
//! The log is cut into runs of seqs; each worker reads every n-th of them over
//! a connection of its own and encodes what fits, and the results are taken in
//! order. What is held is a few runs, however long the log is.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::Encode;
use crate::app::Desk;
use crate::app::log::source::Source;
use crate::domain::audit::{Choice, Selection};
use crate::domain::fault::Fault;
use crate::store::archive::{Archives, FRAME};
use crate::store::{ArchiveRow, EventQuery, Hints, ReadTx, Result, Store};

/// Seqs in a run of the database.
const RUN: u64 = 2048;
/// Frames in a run of an archive.
const FRAMES: u64 = 4;
/// Fewer runs than this are not worth a thread.
const FEW: usize = 8;
/// Runs that wait to be taken, for each worker.
const AHEAD: usize = 2;
/// Bytes that a buffer keeps between runs.
const KEEP: usize = 4 * 1024 * 1024;

/// An encoded run.
#[derive(Debug, Default)]
pub struct Run {
    pub bytes: Vec<u8>,
    pub rows: u64,
    /// The last seq it covers.
    pub last: u64,
}

/// The seqs that a query can be about, both ends included; `None` for none.
///
/// # Errors
/// Only the store's own.
pub fn window(read: &dyn ReadTx, query: &EventQuery) -> Result<Option<[u64; 2]>> {
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
        first = first.max(read.audit_seq_at(boundary + 1, since)?);
    }
    if let Some(until) = query.select.until
        && until_in_database
    {
        last = last.min(read.audit_seq_at(boundary + 1, until)?.saturating_sub(1));
    }
    Ok((first <= last).then_some([first, last]))
}

/// Cuts a window into runs; those of archives begin where their frames do.
fn runs(read: &dyn ReadTx, [first, last]: [u64; 2]) -> Result<Vec<[u64; 2]>> {
    let mut runs = Vec::new();
    let mut next = first;
    for archive in read.audit_archives()? {
        while next <= last && (archive.first..=archive.last).contains(&next) {
            let frame = (next - archive.first) / FRAME;
            let end = archive.first + (frame + FRAMES) * FRAME - 1;
            let end = end.min(archive.last).min(last);
            runs.push([next, end]);
            next = end + 1;
        }
    }
    while next <= last {
        let end = (next + RUN - 1).min(last);
        runs.push([next, end]);
        next = end + 1;
    }
    Ok(runs)
}

/// Encodes every event of an ascending query without a limit and gives the
/// runs to `take`, in order.
///
/// # Errors
/// Whatever reading, encoding or taking fails with.
pub fn over(
    desk: &Desk<'_>,
    source: Source<'_>,
    query: &EventQuery,
    encode: &dyn Encode,
    take: &mut dyn FnMut(&Run) -> Result<()>,
) -> Result<()> {
    let Some(window) = window(source.read, query)? else {
        return Ok(());
    };
    let runs = runs(source.read, window)?;
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8);
    let mut taken = 0;
    if workers > 1 && runs.len() >= FEW {
        let mut stores = Vec::new();
        for _ in 0..workers {
            stores.push(desk.store.another()?);
        }
        taken = together(stores, source, query, &runs, encode, take)?;
    }
    let mut run = Run::default();
    for range in &runs[taken..] {
        fill(&mut run, source, query, *range, encode)?;
        take(&run)?;
    }
    Ok(())
}

/// Reads and encodes one run.
fn fill(
    run: &mut Run,
    source: Source<'_>,
    query: &EventQuery,
    [first, last]: [u64; 2],
    encode: &dyn Encode,
) -> Result<()> {
    run.bytes.clear();
    run.bytes.shrink_to(KEEP);
    (run.rows, run.last) = (0, last);
    let mut part = query.clone();
    // The run itself says where to look: no search by time for each.
    part.hints.first = Some(first);
    part.hints.last = Some(last);
    part.after = None;
    source.events(&part, &mut |event| {
        run.rows += 1;
        encode.encode(event, &mut run.bytes)
    })
}

enum Message {
    Run(Run),
    /// The worker sees another log than this transaction does.
    Changed,
    Failed(Fault),
}

/// How many runs were taken: fewer than all where a worker saw another log.
fn together(
    stores: Vec<Box<dyn Store + Send>>,
    source: Source<'_>,
    query: &EventQuery,
    runs: &[[u64; 2]],
    encode: &dyn Encode,
    take: &mut dyn FnMut(&Run) -> Result<()>,
) -> Result<usize> {
    let size = source.read.audit_last_seq()?;
    let archives = source.read.audit_archives()?;
    let count = stores.len();
    thread::scope(|scope| {
        let mut lanes = Vec::with_capacity(count);
        for (at, store) in stores.into_iter().enumerate() {
            let (send, receive) = sync_channel(AHEAD);
            let (give_back, empties) = sync_channel(AHEAD + 2);
            let job = Job {
                files: source.archives,
                query,
                encode,
                runs,
                step: (at, count),
                size,
                archives: &archives,
            };
            scope.spawn(move || job.run(&*store, &send, &empties));
            lanes.push((receive, give_back));
        }
        for at in 0..runs.len() {
            let (receive, give_back): &(Receiver<Message>, SyncSender<Run>) = &lanes[at % count];
            match receive.recv() {
                Ok(Message::Run(run)) => {
                    take(&run)?;
                    // A worker that is done needs no buffer any more.
                    let _ = give_back.try_send(run);
                }
                Ok(Message::Changed) => return Ok(at),
                Ok(Message::Failed(fault)) => return Err(fault),
                Err(_) => return Err(Fault::internal("a worker ended early")),
            }
        }
        Ok(runs.len())
    })
}

/// What one worker does.
struct Job<'j> {
    files: &'j dyn Archives,
    query: &'j EventQuery,
    encode: &'j dyn Encode,
    runs: &'j [[u64; 2]],
    /// Which run it begins with, and how many workers there are.
    step: (usize, usize),
    /// The log as the transaction that began it sees it.
    size: u64,
    archives: &'j [ArchiveRow],
}

impl Job<'_> {
    fn run(&self, store: &dyn Store, send: &SyncSender<Message>, empties: &Receiver<Run>) {
        let end = match self.work(store, send, empties) {
            Ok(true) => return,
            Ok(false) => Message::Changed,
            Err(fault) => Message::Failed(fault),
        };
        // Nobody listens any more where somebody else failed first.
        let _ = send.send(end);
    }

    fn work(
        &self,
        store: &dyn Store,
        send: &SyncSender<Message>,
        empties: &Receiver<Run>,
    ) -> Result<bool> {
        let read = store.read()?;
        if !self.is_same_log(&*read)? {
            return Ok(false);
        }
        let source = Source {
            read: &*read,
            archives: self.files,
        };
        for range in self.runs.iter().skip(self.step.0).step_by(self.step.1) {
            let mut run = empties.try_recv().unwrap_or_default();
            fill(&mut run, source, self.query, *range, self.encode)?;
            if send.send(Message::Run(run)).is_err() {
                break;
            }
        }
        Ok(true)
    }

    /// Whether nothing was archived or erased since; what was added since is
    /// not looked at.
    fn is_same_log(&self, read: &dyn ReadTx) -> Result<bool> {
        if read.audit_archives()? != self.archives || read.audit_last_seq()? < self.size {
            return Ok(false);
        }
        let erasures = EventQuery {
            select: Selection {
                action_group: Choice::any(["log"]),
                action: Choice::any(["erase"]),
                ..Selection::default()
            },
            hints: Hints {
                first: Some(self.size + 1),
                ..Hints::default()
            },
            limit: Some(1),
            ascending: true,
            ..EventQuery::default()
        };
        let mut same = true;
        read.audit_scan(&erasures, &mut |_| {
            same = false;
            Ok(())
        })?;
        Ok(same)
    }
}
