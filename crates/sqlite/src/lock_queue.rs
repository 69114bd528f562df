//! A queue for threads of one process that wait for the same write lock.
//!
//! When a file lock is released, the kernel wakes all waiting threads of the
//! process, and whichever is scheduled first gets it: with the 64 threads of a
//! broker, some wait four times as long as others. Here threads are served in
//! order, and only the first one asks the kernel, which is also fair to other
//! processes.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// All queues of this process, by the path of the lock.
static QUEUES: LazyLock<Mutex<HashMap<PathBuf, Arc<LockQueue>>>> = LazyLock::new(Mutex::default);

#[derive(Debug, Default)]
struct LockQueue(Mutex<QueueState>);

#[derive(Debug, Default)]
struct QueueState {
    is_taken: bool,
    waiting: VecDeque<Arc<Waiter>>,
}

#[derive(Debug)]
struct Waiter {
    thread: Thread,
    has_turn: AtomicBool,
}

/// The right to ask for the lock. Dropping it passes it to the next thread.
#[derive(Debug)]
pub(crate) struct QueueTurn(Arc<LockQueue>);

impl LockQueue {
    fn lock_state(&self) -> MutexGuard<'_, QueueState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for the turn, at most `timeout`; `None` if it did not come in time.
pub(crate) fn wait_turn(path: &Path, timeout: Duration) -> Option<QueueTurn> {
    let line = {
        let mut lines = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lines.entry(path.to_path_buf()).or_default())
    };
    let until = Instant::now() + timeout;
    let waiter = {
        let mut state = line.lock_state();
        if !state.is_taken {
            state.is_taken = true;
            drop(state);
            return Some(QueueTurn(line));
        }
        let waiter = Arc::new(Waiter {
            thread: thread::current(),
            has_turn: AtomicBool::new(false),
        });
        state.waiting.push_back(Arc::clone(&waiter));
        waiter
    };
    loop {
        if waiter.has_turn.load(Ordering::Acquire) {
            return Some(QueueTurn(line));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let mut state = line.lock_state();
            // The turn may have come at this very moment.
            if waiter.has_turn.load(Ordering::Acquire) {
                drop(state);
                return Some(QueueTurn(line));
            }
            state.waiting.retain(|other| !Arc::ptr_eq(other, &waiter));
            return None;
        }
        thread::park_timeout(left);
    }
}

impl Drop for QueueTurn {
    fn drop(&mut self) {
        let mut state = self.0.lock_state();
        match state.waiting.pop_front() {
            None => state.is_taken = false,
            Some(next) => {
                next.has_turn.store(true, Ordering::Release);
                next.thread.unpark();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_served_in_order() {
        let path = PathBuf::from("in-order");
        let first = wait_turn(&path, Duration::ZERO).unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (path, order) = (path.clone(), Arc::clone(&order));
                let thread = thread::spawn(move || {
                    let _turn = wait_turn(&path, Duration::from_secs(20)).unwrap();
                    order.lock().unwrap().push(n);
                });
                let waits = || {
                    QUEUES.lock().unwrap()["in-order".as_ref() as &Path]
                        .lock_state()
                        .waiting
                        .len()
                };
                while waits() != n + 1 {
                    thread::yield_now();
                }
                thread
            })
            .collect();
        drop(first);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(*order.lock().unwrap(), (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn a_thread_that_gives_up_is_skipped() {
        let path = PathBuf::from("given-up");
        let first = wait_turn(&path, Duration::ZERO).unwrap();
        assert!(wait_turn(&path, Duration::from_millis(20)).is_none());
        drop(first);
        assert!(wait_turn(&path, Duration::ZERO).is_some());
    }
}
