//! A connection that waits only so long.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use lac_app::remote::Stream;

/// Whether the other side has gone. One that has only said all it has to say
/// still listens.
pub fn is_gone(stream: &UnixStream) -> bool {
    let mut ends = [PollFd::new(stream.as_fd(), PollFlags::empty())];
    let polled = poll(&mut ends, PollTimeout::ZERO).is_ok();
    let events = ends[0].revents().unwrap_or(PollFlags::empty());
    polled && events.intersects(PollFlags::POLLHUP | PollFlags::POLLERR)
}

/// A stream with a limit in time.
#[derive(Debug)]
pub struct Timed {
    stream: UnixStream,
    limit: Limit,
}

#[derive(Debug, Clone, Copy)]
enum Limit {
    /// Everything must be done by then, however slowly it trickles in.
    Until(Instant),
    /// Each single wait may take so long, and everything must be done by then.
    Each(Duration, Instant),
}

impl Timed {
    /// All that is read and written must be within this time.
    pub fn until(stream: UnixStream, length: Duration) -> Self {
        Self {
            stream,
            limit: Limit::Until(Instant::now() + length),
        }
    }

    /// From here on each wait may take this long, and all of it that long: who
    /// takes a byte now and then would keep old pages from being let go.
    pub fn be_patient(&mut self, length: Duration, in_all: Duration) {
        self.limit = Limit::Each(length, Instant::now() + in_all);
    }

    fn left(&self) -> io::Result<Duration> {
        let (length, end) = match self.limit {
            Limit::Each(length, end) => (length, end),
            Limit::Until(end) => (Duration::MAX, end),
        };
        let left = end.saturating_duration_since(Instant::now()).min(length);
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(left)
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Stream for Timed {
    fn takes(&self) -> bool {
        let mut ends = [PollFd::new(self.stream.as_fd(), PollFlags::POLLOUT)];
        let ready = poll(&mut ends, PollTimeout::ZERO).is_ok();
        let events = ends[0].revents().unwrap_or(PollFlags::empty());
        ready && events.contains(PollFlags::POLLOUT)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
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
    fn who_does_not_read_takes_no_more_before_a_write_would_wait() {
        let (other, stream) = UnixStream::pair().unwrap();
        let mut timed = Timed::until(stream, Duration::from_secs(20));
        let mut written = 0;
        while timed.takes() {
            timed.write_all(b"progress").unwrap();
            written += 1;
        }
        assert!(written > 0);
        drop(other);
    }

    #[test]
    fn who_has_said_all_still_listens_until_they_hang_up() {
        let (other, stream) = UnixStream::pair().unwrap();
        assert!(!is_gone(&stream));
        other.shutdown(std::net::Shutdown::Write).unwrap();
        assert!(!is_gone(&stream));
        drop(other);
        assert!(is_gone(&stream));
    }

    #[test]
    fn a_trickle_does_not_lengthen_the_limit() {
        let (mut other, stream) = UnixStream::pair().unwrap();
        let mut timed = Timed::until(stream, Duration::from_millis(200));
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
