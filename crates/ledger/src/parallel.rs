//! Processes ranges of seqs in several threads, each with its own connection,
//! and passes the results on in order. Memory does not grow with the number of
//! ranges.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::source::EventSource;
use crate::archive::Archives;
use lac_model::audit::{Selection, SelectionValues};
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, EventHints, EventQuery, ReadTx, Result, Store};

/// With fewer ranges than this, threads cost more than they save.
const MIN_PARALLEL_RANGES: usize = 4;
/// How many results each worker may compute ahead.
const RESULTS_AHEAD: usize = 2;

/// Processes one range, `[first, last]` inclusive. The last argument is an
/// older result, to reuse its buffers.
pub type RangeWork<'w, T> = dyn Fn(EventSource<'_>, [u64; 2], T) -> Result<T> + Sync + 'w;

/// Runs `work` for each range and calls `take` with the results in order of
/// `ranges`. If a worker's snapshot has other events than `source`, the rest is
/// processed here, with `source`.
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
    /// The worker's snapshot differs from that of the caller.
    LogChanged,
    Failed(Fault),
}

/// Returns how many ranges were processed: fewer than all if a worker's
/// snapshot differed.
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
                    // Fails if the worker has finished; then the buffer is not
                    // needed.
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

struct Worker<'j, T> {
    archive_store: &'j dyn Archives,
    work: &'j RangeWork<'j, T>,
    ranges: &'j [[u64; 2]],
    /// The index of its first range, and the number of workers.
    stride: (usize, usize),
    /// Events in the log, as the caller's snapshot has it.
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
        // Fails if the receiver stopped because of another error.
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

/// Whether nothing was archived or erased since the log had `size` events.
/// Newer events do not matter.
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
