//! The write lock: a file lock that is taken before `BEGIN IMMEDIATE`.
//!
//! SQLite itself polls for its lock, so that one of 64 processes can wait for
//! seconds while others overtake it. Here those who wait are woken in order
//! (`process_queue`).

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::lock_queue::{self, QueueTurn};
use super::process_queue::take_place;
use lac_model::fault::Fault;
use lac_store::Result;

/// The write lock, held until dropped.
#[derive(Debug)]
pub(crate) struct WriterLock {
    // Dropped in this order: the next thread must find the file lock free.
    _file: File,
    _turn: QueueTurn,
}

impl WriterLock {
    /// Waits for the lock, at most `timeout`; then `busy`.
    pub(crate) fn acquire(path: &Path, timeout: Duration) -> Result<Self> {
        let since = Instant::now();
        let busy = || Fault::Busy {
            waited_seconds: timeout.as_secs(),
        };
        let turn = lock_queue::wait_turn(path, timeout).ok_or_else(busy)?;
        let timeout = timeout.saturating_sub(since.elapsed());
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(nix::fcntl::OFlag::O_NOFOLLOW.bits())
            .open(path)
            .map_err(|e| Fault::io(path.display(), e))?;
        let place = take_place(&file);
        if place.try_enter(&file) {
            match file.try_lock() {
                Ok(()) => {
                    return Ok(Self {
                        _file: file,
                        _turn: turn,
                    });
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(e)) => return Err(Fault::io(path.display(), e)),
            }
        }
        // A thread of its own makes it possible to stop waiting.
        let (done, waiting) = mpsc::channel();
        let worker = std::thread::Builder::new()
            .name("writer-lock".to_owned())
            .stack_size(64 * 1024)
            .spawn(move || {
                place.enter(&file);
                let result = file.lock().map(|()| file);
                let _ = done.send(result);
            });
        worker.map_err(|e| Fault::io("waiting for the writer lock", e))?;
        match waiting.recv_timeout(timeout) {
            Ok(Ok(file)) => Ok(Self {
                _file: file,
                _turn: turn,
            }),
            Ok(Err(e)) => Err(Fault::io(path.display(), e)),
            Err(_) => Err(busy()),
        }
    }
}
