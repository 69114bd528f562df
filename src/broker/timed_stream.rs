//! A connection with time limits.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use lac_app::protocol::ServerStream;

/// Whether the peer has disconnected. A peer that has only shut down writing
/// still reads.
pub(super) fn is_disconnected(stream: &UnixStream) -> bool {
    let mut ends = [PollFd::new(stream.as_fd(), PollFlags::empty())];
    let polled = poll(&mut ends, PollTimeout::ZERO).is_ok();
    let events = ends[0].revents().unwrap_or(PollFlags::empty());
    polled && events.intersects(PollFlags::POLLHUP | PollFlags::POLLERR)
}

#[derive(Debug)]
pub(super) struct TimedStream {
    stream: UnixStream,
    limit: TimeLimit,
}

#[derive(Debug, Clone, Copy)]
enum TimeLimit {
    /// All reads and writes must be done by then.
    Deadline(Instant),
    /// The limit of each wait, and of all of them.
    PerWait(Duration, Instant),
}

impl TimedStream {
    /// `length` limits all reads and writes together.
    pub(super) fn with_timeout(stream: UnixStream, length: Duration) -> Self {
        Self {
            stream,
            limit: TimeLimit::Deadline(Instant::now() + length),
        }
    }

    /// Limits each wait to `length` and all to `in_all`. Without the latter a slow
    /// reader could hold a read transaction open, and the WAL would grow.
    pub(super) fn set_timeouts(&mut self, length: Duration, in_all: Duration) {
        self.limit = TimeLimit::PerWait(length, Instant::now() + in_all);
    }

    fn remaining(&self) -> io::Result<Duration> {
        let (length, end) = match self.limit {
            TimeLimit::PerWait(length, end) => (length, end),
            TimeLimit::Deadline(end) => (Duration::MAX, end),
        };
        let left = end.saturating_duration_since(Instant::now()).min(length);
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(left)
    }
}

impl Read for TimedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.remaining()?))?;
        self.stream.read(buffer)
    }
}

impl ServerStream for TimedStream {
    fn is_writable(&self) -> bool {
        let mut ends = [PollFd::new(self.stream.as_fd(), PollFlags::POLLOUT)];
        let ready = poll(&mut ends, PollTimeout::ZERO).is_ok();
        let events = ends[0].revents().unwrap_or(PollFlags::empty());
        ready && events.contains(PollFlags::POLLOUT)
    }
}

impl Write for TimedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.remaining()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_reader_is_reported_before_a_write_blocks() {
        let (other, stream) = UnixStream::pair().unwrap();
        let mut timed = TimedStream::with_timeout(stream, Duration::from_secs(20));
        let mut written = 0;
        while timed.is_writable() {
            timed.write_all(b"progress").unwrap();
            written += 1;
        }
        assert!(written > 0);
        drop(other);
    }

    #[test]
    fn half_closed_peer_is_still_connected() {
        let (other, stream) = UnixStream::pair().unwrap();
        assert!(!is_disconnected(&stream));
        other.shutdown(std::net::Shutdown::Write).unwrap();
        assert!(!is_disconnected(&stream));
        drop(other);
        assert!(is_disconnected(&stream));
    }

    #[test]
    fn slow_input_does_not_extend_the_deadline() {
        let (mut other, stream) = UnixStream::pair().unwrap();
        let mut timed = TimedStream::with_timeout(stream, Duration::from_millis(200));
        let since = Instant::now();
        let mut byte = [0];
        let mut read = 0;
        while since.elapsed() < Duration::from_secs(5) {
            other.write_all(b"x").unwrap();
            std::thread::sleep(Duration::from_millis(20));
            if timed.read(&mut byte).is_err() {
                break;
            }
            read += 1;
        }
        assert!(read > 0 && since.elapsed() < Duration::from_secs(3));
    }
}
