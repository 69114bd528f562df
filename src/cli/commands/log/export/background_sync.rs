//! A file that is on its way to the disk while it is still being written, so
//! that making it durable at the end is no second wait as long as the first.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Bytes after which the disk is set to work.
const SYNC_EVERY_BYTES: u64 = 32 * 1024 * 1024;

/// Writes to a file.
#[derive(Debug)]
pub struct BackgroundSyncWriter {
    file: File,
    unsynced_bytes: u64,
    sync_thread: Option<SyncThread>,
}

/// Who waits for the disk meanwhile.
#[derive(Debug)]
struct SyncThread {
    wake: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl SyncThread {
    fn start(file: File) -> io::Result<Self> {
        let (wake, woken) = sync_channel::<()>(1);
        let thread = thread::Builder::new().spawn(move || {
            // A failure is told once per file, so it must not get lost here.
            woken.iter().try_for_each(|()| file.sync_data())
        })?;
        Ok(Self { wake, thread })
    }

    fn join(self) -> io::Result<()> {
        drop(self.wake);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("syncing ended early")))
    }
}

impl BackgroundSyncWriter {
    pub fn new(file: File) -> Self {
        Self {
            file,
            unsynced_bytes: 0,
            sync_thread: None,
        }
    }

    fn request_sync(&mut self) -> io::Result<()> {
        self.unsynced_bytes = 0;
        if self.sync_thread.is_none() {
            self.sync_thread = Some(SyncThread::start(self.file.try_clone()?)?);
        }
        if let Some(syncing) = &self.sync_thread {
            // It is busy, or it failed, which the end will tell.
            let _ = syncing.wake.try_send(());
        }
        Ok(())
    }
}

impl Write for BackgroundSyncWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.unsynced_bytes += count as u64;
        if self.unsynced_bytes >= SYNC_EVERY_BYTES {
            self.request_sync()?;
        }
        Ok(count)
    }

    /// Ends what was begun; what fails here or failed before is told.
    fn flush(&mut self) -> io::Result<()> {
        self.sync_thread.take().map_or(Ok(()), SyncThread::join)
    }
}
