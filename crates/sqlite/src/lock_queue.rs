//! Threads of one process that wait for the same writer's lock wait in a line.
//!
//! The kernel wakes whoever waits for a file lock all at once, and whichever is
//! scheduled first has it: with 64 threads of a broker some wait four times as
//! long as others. Here each hands it to the next, and one at a time asks the
//! kernel, for the sake of other processes.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Every lock of this process, by its path.
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

/// Whose turn it is; the next one's when dropped.
#[derive(Debug)]
pub struct QueueTurn(Arc<LockQueue>);

impl LockQueue {
    fn lock_state(&self) -> MutexGuard<'_, QueueState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits in line, `timeout` at most; `None` after it.
pub fn wait_turn(path: &Path, timeout: Duration) -> Option<QueueTurn> {
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
            // It may have been given the turn just now.
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
    fn each_has_its_turn_in_the_order_of_coming() {
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
    fn who_gives_up_is_passed_over() {
        let path = PathBuf::from("given-up");
        let first = wait_turn(&path, Duration::ZERO).unwrap();
        assert!(wait_turn(&path, Duration::from_millis(20)).is_none());
        drop(first);
        assert!(wait_turn(&path, Duration::ZERO).is_some());
    }
}
