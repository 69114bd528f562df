//! Ranges of seqs worked on by several threads, each with a connection of its
//! own, and taken in order. A few results are held, however many ranges.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::source::Source;
use crate::archive::Archives;
use lac_model::audit::{Choice, Selection};
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, EventQuery, Hints, ReadTx, Result, Store};

/// Fewer ranges than this are not worth a thread.
const FEW: usize = 4;
/// Results that wait to be taken, for each worker.
const AHEAD: usize = 2;

/// What is done to one range. Takes a result that was used before, to fill.
pub type Work<'w, T> = dyn Fn(Source<'_>, [u64; 2], T) -> Result<T> + Sync + 'w;

/// Runs `work` over the ranges and gives the results to `take`, in order.
///
/// # Errors
/// Whatever working or taking fails with.
pub fn over<T: Default + Send>(
    store: &dyn Store,
    source: Source<'_>,
    ranges: &[[u64; 2]],
    work: &Work<'_, T>,
    take: &mut dyn FnMut(&mut T) -> Result<()>,
) -> Result<()> {
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8);
    let mut taken = 0;
    if workers > 1 && ranges.len() >= FEW {
        let mut stores = Vec::new();
        for _ in 0..workers {
            stores.push(store.another()?);
        }
        taken = together(stores, source, ranges, work, take)?;
    }
    let mut result = T::default();
    for range in &ranges[taken..] {
        result = work(source, *range, result)?;
        take(&mut result)?;
    }
    Ok(())
}

enum Message<T> {
    Result(T),
    /// The worker sees another log than this transaction does.
    Changed,
    Failed(Fault),
}

/// How many were taken: fewer than all where a worker saw another log.
fn together<T: Default + Send>(
    stores: Vec<Box<dyn Store + Send>>,
    source: Source<'_>,
    ranges: &[[u64; 2]],
    work: &Work<'_, T>,
    take: &mut dyn FnMut(&mut T) -> Result<()>,
) -> Result<usize> {
    let size = source.read.audit_last_seq()?;
    let archives = source.read.audit_archives()?;
    let count = stores.len();
    thread::scope(|scope| {
        let mut lanes: Vec<(Receiver<Message<T>>, SyncSender<T>)> = Vec::with_capacity(count);
        for (at, store) in stores.into_iter().enumerate() {
            let (send, receive) = sync_channel(AHEAD);
            let (give_back, empties) = sync_channel(AHEAD + 2);
            let job = Job {
                files: source.archives,
                work,
                ranges,
                step: (at, count),
                size,
                archives: &archives,
            };
            scope.spawn(move || job.run(&*store, &send, &empties));
            lanes.push((receive, give_back));
        }
        for at in 0..ranges.len() {
            let (receive, give_back) = &lanes[at % count];
            match receive.recv() {
                Ok(Message::Result(mut result)) => {
                    take(&mut result)?;
                    // A worker that is done needs no buffer any more.
                    let _ = give_back.try_send(result);
                }
                Ok(Message::Changed) => return Ok(at),
                Ok(Message::Failed(fault)) => return Err(fault),
                Err(_) => return Err(Fault::internal("a worker ended early")),
            }
        }
        Ok(ranges.len())
    })
}

/// What one worker does.
struct Job<'j, T> {
    files: &'j dyn Archives,
    work: &'j Work<'j, T>,
    ranges: &'j [[u64; 2]],
    /// Which range it begins with, and how many workers there are.
    step: (usize, usize),
    /// The log as the transaction that began it sees it.
    size: u64,
    archives: &'j [ArchiveRow],
}

impl<T: Default + Send> Job<'_, T> {
    fn run(&self, store: &dyn Store, send: &SyncSender<Message<T>>, empties: &Receiver<T>) {
        let end = match self.all(store, send, empties) {
            Ok(true) => return,
            Ok(false) => Message::Changed,
            Err(fault) => Message::Failed(fault),
        };
        // Nobody listens any more where somebody else failed first.
        let _ = send.send(end);
    }

    fn all(
        &self,
        store: &dyn Store,
        send: &SyncSender<Message<T>>,
        empties: &Receiver<T>,
    ) -> Result<bool> {
        let read = store.read()?;
        if !is_same_log(&*read, self.size, self.archives)? {
            return Ok(false);
        }
        let source = Source {
            read: &*read,
            archives: self.files,
        };
        for range in self.ranges.iter().skip(self.step.0).step_by(self.step.1) {
            store.go_on_reading()?;
            let empty = empties.try_recv().unwrap_or_default();
            let result = (self.work)(source, *range, empty)?;
            if send.send(Message::Result(result)).is_err() {
                break;
            }
        }
        Ok(true)
    }
}

/// Whether nothing was archived or erased since; what was added since is not
/// looked at.
pub fn is_same_log(read: &dyn ReadTx, size: u64, archives: &[ArchiveRow]) -> Result<bool> {
    if read.audit_archives()? != archives || read.audit_last_seq()? < size {
        return Ok(false);
    }
    let erasures = EventQuery {
        select: Selection {
            action_group: Choice::any(["log"]),
            action: Choice::any(["erase"]),
            ..Selection::default()
        },
        hints: Hints {
            first: Some(size + 1),
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
