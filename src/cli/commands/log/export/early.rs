//! A file that is on its way to the disk while it is still being written, so
//! that making it durable at the end is no second wait as long as the first.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Bytes after which the disk is set to work.
const STEP: u64 = 32 * 1024 * 1024;

/// Writes to a file.
#[derive(Debug)]
pub struct Early {
    file: File,
    waiting: u64,
    syncing: Option<Syncing>,
}

/// Who waits for the disk meanwhile.
#[derive(Debug)]
struct Syncing {
    wake: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl Syncing {
    fn start(file: File) -> io::Result<Self> {
        let (wake, woken) = sync_channel::<()>(1);
        let thread = thread::Builder::new().spawn(move || {
            // A failure is told once per file, so it must not get lost here.
            woken.iter().try_for_each(|()| file.sync_data())
        })?;
        Ok(Self { wake, thread })
    }

    fn end(self) -> io::Result<()> {
        drop(self.wake);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("syncing ended early")))
    }
}

impl Early {
    pub fn new(file: File) -> Self {
        Self {
            file,
            waiting: 0,
            syncing: None,
        }
    }

    fn set_to_work(&mut self) -> io::Result<()> {
        self.waiting = 0;
        if self.syncing.is_none() {
            self.syncing = Some(Syncing::start(self.file.try_clone()?)?);
        }
        if let Some(syncing) = &self.syncing {
            // It is busy, or it failed, which the end will tell.
            let _ = syncing.wake.try_send(());
        }
        Ok(())
    }
}

impl Write for Early {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.waiting += count as u64;
        if self.waiting >= STEP {
            self.set_to_work()?;
        }
        Ok(count)
    }

    /// Ends what was begun; what fails here or failed before is told.
    fn flush(&mut self) -> io::Result<()> {
        self.syncing.take().map_or(Ok(()), Syncing::end)
    }
}
