//! Syncs a file to disk in the background while it is written, so that the final
//! sync is short.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

const SYNC_EVERY_BYTES: u64 = 32 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct BackgroundSyncWriter {
    file: File,
    unsynced_bytes: u64,
    sync_thread: Option<SyncThread>,
}

#[derive(Debug)]
struct SyncThread {
    wake: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl SyncThread {
    fn start(file: File) -> io::Result<Self> {
        let (wake, woken) = sync_channel::<()>(1);
        let thread = thread::Builder::new().spawn(move || {
            // The kernel reports a failure only once per file, so keep it.
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
    pub(super) fn new(file: File) -> Self {
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
            // The thread is busy, or it failed, which `join` reports.
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

    /// Waits for the running sync and returns any earlier error.
    fn flush(&mut self) -> io::Result<()> {
        self.sync_thread.take().map_or(Ok(()), SyncThread::join)
    }
}
