//! Ranges of seqs worked on by several threads, each with a connection of its
//! own, and taken in order. A few results are held, however many ranges.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::source::EventSource;
use crate::archive::Archives;
use lac_model::audit::{Selection, SelectionValues};
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, EventHints, EventQuery, ReadTx, Result, Store};

/// Fewer ranges than this are not worth a thread.
const MIN_PARALLEL_RANGES: usize = 4;
/// Results that wait to be taken, for each worker.
const RESULTS_AHEAD: usize = 2;

/// What is done to one range. Takes a result that was used before, to fill.
pub type RangeWork<'w, T> = dyn Fn(EventSource<'_>, [u64; 2], T) -> Result<T> + Sync + 'w;

/// Runs `work` over the ranges and gives the results to `take`, in order.
///
/// # Errors
/// Whatever working or taking fails with.
pub fn for_each_range<T: Default + Send>(
    store: &dyn Store,
    source: EventSource<'_>,
    ranges: &[[u64; 2]],
    work: &RangeWork<'_, T>,
    take: &mut dyn FnMut(&mut T) -> Result<()>,
) -> Result<()> {
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8);
    let mut taken = 0;
    if workers > 1 && ranges.len() >= MIN_PARALLEL_RANGES {
        let mut stores = Vec::new();
        for _ in 0..workers {
            stores.push(store.open_reader()?);
        }
        taken = run_workers(stores, source, ranges, work, take)?;
    }
    let mut result = T::default();
    for range in &ranges[taken..] {
        result = work(source, *range, result)?;
        take(&mut result)?;
    }
    Ok(())
}

enum WorkerMessage<T> {
    Result(T),
    /// The worker sees another log than this transaction does.
    LogChanged,
    Failed(Fault),
}

/// How many were taken: fewer than all where a worker saw another log.
fn run_workers<T: Default + Send>(
    stores: Vec<Box<dyn Store + Send>>,
    source: EventSource<'_>,
    ranges: &[[u64; 2]],
    work: &RangeWork<'_, T>,
    take: &mut dyn FnMut(&mut T) -> Result<()>,
) -> Result<usize> {
    let size = source.tx.audit_last_seq()?;
    let archives = source.tx.audit_archives()?;
    let count = stores.len();
    thread::scope(|scope| {
        let mut lanes: Vec<(Receiver<WorkerMessage<T>>, SyncSender<T>)> = Vec::with_capacity(count);
        for (at, store) in stores.into_iter().enumerate() {
            let (send, receive) = sync_channel(RESULTS_AHEAD);
            let (give_back, empties) = sync_channel(RESULTS_AHEAD + 2);
            let job = Worker {
                archive_store: source.archives,
                work,
                ranges,
                stride: (at, count),
                size,
                archives: &archives,
            };
            scope.spawn(move || job.run(&*store, &send, &empties));
            lanes.push((receive, give_back));
        }
        for at in 0..ranges.len() {
            let (receive, give_back) = &lanes[at % count];
            match receive.recv() {
                Ok(WorkerMessage::Result(mut result)) => {
                    take(&mut result)?;
                    // A worker that is done needs no buffer any more.
                    let _ = give_back.try_send(result);
                }
                Ok(WorkerMessage::LogChanged) => return Ok(at),
                Ok(WorkerMessage::Failed(fault)) => return Err(fault),
                Err(_) => return Err(Fault::internal("a worker ended early")),
            }
        }
        Ok(ranges.len())
    })
}

/// What one worker does.
struct Worker<'j, T> {
    archive_store: &'j dyn Archives,
    work: &'j RangeWork<'j, T>,
    ranges: &'j [[u64; 2]],
    /// Which range it begins with, and how many workers there are.
    stride: (usize, usize),
    /// The log as the transaction that began it sees it.
    size: u64,
    archives: &'j [ArchiveRow],
}

impl<T: Default + Send> Worker<'_, T> {
    fn run(&self, store: &dyn Store, send: &SyncSender<WorkerMessage<T>>, empties: &Receiver<T>) {
        let end = match self.process_ranges(store, send, empties) {
            Ok(true) => return,
            Ok(false) => WorkerMessage::LogChanged,
            Err(fault) => WorkerMessage::Failed(fault),
        };
        // Nobody listens any more where somebody else failed first.
        let _ = send.send(end);
    }

    fn process_ranges(
        &self,
        store: &dyn Store,
        send: &SyncSender<WorkerMessage<T>>,
        empties: &Receiver<T>,
    ) -> Result<bool> {
        let read = store.read()?;
        if !is_unchanged_since(&*read, self.size, self.archives)? {
            return Ok(false);
        }
        let source = EventSource {
            tx: &*read,
            archives: self.archive_store,
        };
        for range in self
            .ranges
            .iter()
            .skip(self.stride.0)
            .step_by(self.stride.1)
        {
            store.check_cancelled()?;
            let empty = empties.try_recv().unwrap_or_default();
            let result = (self.work)(source, *range, empty)?;
            if send.send(WorkerMessage::Result(result)).is_err() {
                break;
            }
        }
        Ok(true)
    }
}

/// Whether nothing was archived or erased since; what was added since is not
/// looked at.
pub fn is_unchanged_since(read: &dyn ReadTx, size: u64, archives: &[ArchiveRow]) -> Result<bool> {
    if read.audit_archives()? != archives || read.audit_last_seq()? < size {
        return Ok(false);
    }
    let erasures = EventQuery {
        select: Selection {
            action_group: SelectionValues::any_of(["log"]),
            action: SelectionValues::any_of(["erase"]),
            ..Selection::default()
        },
        hints: EventHints {
            first: Some(size + 1),
            ..EventHints::default()
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
