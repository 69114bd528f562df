//! Writes a long file in a thread of its own, past the page cache.
//!
//! Direct writes leave nothing for the final sync to wait for, take no copy by
//! the kernel, and do not push the store's pages out of the cache. Where the
//! file system refuses them, the file is written as usual.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::mem;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// The bytes of one write to the disk.
const BUFFER_BYTES: usize = 2 * 1024 * 1024;
/// Direct writes need memory, lengths and positions that are multiples of a
/// block of the disk; this is a multiple of all usual ones.
const ALIGNMENT: usize = 4096;
/// How many full buffers wait while one is written.
const BUFFERS_AHEAD: usize = 1;

/// Writes a new file.
#[derive(Debug)]
pub(super) struct BackgroundWriter {
    file: File,
    buffer: AlignedBuffer,
    thread: Option<WriterThread>,
}

impl BackgroundWriter {
    /// `file` is empty, and its position is at its beginning.
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            buffer: AlignedBuffer::default(),
            thread: None,
        }
    }

    fn send_buffer(&mut self) -> io::Result<()> {
        if self.thread.is_none() {
            self.thread = Some(WriterThread::start(self.file.try_clone()?)?);
        }
        if let Some(thread) = &self.thread {
            let next = thread.empties.try_recv().unwrap_or_default();
            if thread
                .full
                .send(mem::replace(&mut self.buffer, next))
                .is_ok()
            {
                return Ok(());
            }
        }
        let ended = self.thread.take().map_or(Ok(()), WriterThread::join);
        ended.and(Err(ended_early()))
    }
}

impl Write for BackgroundWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.buffer.fill(bytes);
        if self.buffer.is_full() {
            self.send_buffer()?;
        }
        Ok(count)
    }

    /// Waits for the thread, returns any earlier error and writes the rest.
    fn flush(&mut self) -> io::Result<()> {
        if let Some(thread) = self.thread.take() {
            thread.join()?;
        }
        let rest = mem::take(&mut self.buffer);
        self.file.write_all(rest.bytes())
    }
}

fn ended_early() -> io::Error {
    io::Error::other("writing ended early")
}

#[derive(Debug)]
struct WriterThread {
    full: SyncSender<AlignedBuffer>,
    /// Buffers to fill again.
    empties: Receiver<AlignedBuffer>,
    thread: JoinHandle<io::Result<()>>,
}

impl WriterThread {
    fn start(file: File) -> io::Result<Self> {
        let (full, to_write) = sync_channel::<AlignedBuffer>(BUFFERS_AHEAD);
        let (give_back, empties) = sync_channel(BUFFERS_AHEAD + 2);
        let thread = thread::Builder::new().spawn(move || {
            let mut is_direct = set_direct(&file, true).is_ok();
            let written = to_write.iter().try_for_each(|mut buffer| {
                write_buffer(&file, buffer.bytes(), &mut is_direct)?;
                buffer.clear();
                // Fails once the file is complete.
                let _ = give_back.try_send(buffer);
                Ok(())
            });
            // The rest of the file is not a whole number of blocks.
            written.and(if is_direct {
                set_direct(&file, false)
            } else {
                Ok(())
            })
        })?;
        Ok(Self {
            full,
            empties,
            thread,
        })
    }

    fn join(self) -> io::Result<()> {
        drop(self.full);
        self.thread.join().unwrap_or_else(|_| Err(ended_early()))
    }
}

/// Writes all bytes. If they cannot be written directly, this and the next are
/// written as usual.
fn write_buffer(mut file: &File, mut bytes: &[u8], is_direct: &mut bool) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) if e.kind() == ErrorKind::InvalidInput && *is_direct => {
                set_direct(file, false)?;
                *is_direct = false;
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Switches direct writes on or off.
#[cfg(target_os = "linux")]
fn set_direct(file: &File, direct: bool) -> io::Result<()> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};

    let mut flags = OFlag::from_bits_retain(fcntl(file, FcntlArg::F_GETFL)?);
    flags.set(OFlag::O_DIRECT, direct);
    fcntl(file, FcntlArg::F_SETFL(flags))?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn set_direct(_file: &File, _direct: bool) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Collects bytes for one write, in memory at a multiple of [`ALIGNMENT`].
#[derive(Debug, Default)]
struct AlignedBuffer {
    /// Empty until the first byte comes.
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

impl AlignedBuffer {
    /// Takes as many bytes as there is room for, and returns their number.
    fn fill(&mut self, bytes: &[u8]) -> usize {
        if self.memory.is_empty() {
            self.memory = vec![0; BUFFER_BYTES + ALIGNMENT];
            // Writing from other memory would fail and be repeated as usual.
            self.start = self.memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        }
        let count = bytes.len().min(BUFFER_BYTES - self.length);
        let at = self.start + self.length;
        self.memory[at..at + count].copy_from_slice(&bytes[..count]);
        self.length += count;
        count
    }

    fn is_full(&self) -> bool {
        self.length == BUFFER_BYTES
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }

    fn clear(&mut self) {
        self.length = 0;
    }
}

#[cfg(test)]
#[path = "background_writer_tests.rs"]
mod tests;
