//! How many are here, in all and of each account.

use std::collections::{HashMap, HashSet};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Connections at once.
const MOST: usize = 512;

/// Connections at once of one account: a quarter, so that no single one fills
/// the room.
const MOST_OF_ONE: usize = 128;

/// Everybody who is here.
#[derive(Debug, Default)]
pub struct Crowd {
    guests: Mutex<Guests>,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Guests {
    of: HashMap<u32, usize>,
    streams: HashMap<u64, UnixStream>,
    /// Accounts of which a large request is here.
    large: HashSet<u32>,
    next: u64,
}

/// One of them; leaves when dropped.
#[derive(Debug)]
pub struct Guest<'c> {
    crowd: &'c Crowd,
    uid: u32,
    number: u64,
}

impl Crowd {
    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets one in.
    ///
    /// # Errors
    /// Why there is no room.
    pub fn enter(&self, uid: u32, stream: UnixStream) -> Result<Guest<'_>, String> {
        let mut guests = self.guests();
        if guests.streams.len() >= MOST {
            return Err(format!("{MOST} connections are open"));
        }
        let own = guests.of.entry(uid).or_default();
        if *own >= MOST_OF_ONE {
            return Err(format!("{MOST_OF_ONE} connections of uid {uid} are open"));
        }
        *own += 1;
        let number = guests.next;
        guests.next += 1;
        guests.streams.insert(number, stream);
        Ok(Guest {
            crowd: self,
            uid,
            number,
        })
    }

    /// Lets a large request in: one at a time of each account, so that what is
    /// held in memory grows with the number of accounts, not of connections.
    ///
    /// # Errors
    /// Why there is no room.
    pub fn enter_large(&self, uid: u32) -> Result<Large<'_>, String> {
        if self.guests().large.insert(uid) {
            return Ok(Large { crowd: self, uid });
        }
        Err(format!("another large request of uid {uid} is under way"))
    }

    /// Whether nobody is here.
    pub fn is_empty(&self) -> bool {
        self.guests().streams.is_empty()
    }

    /// From now on it ends.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Whether it ends.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Ends every connection.
    pub fn hang_up(&self) {
        for stream in self.guests().streams.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// A large request; over when dropped.
#[derive(Debug)]
pub struct Large<'c> {
    crowd: &'c Crowd,
    uid: u32,
}

impl Drop for Large<'_> {
    fn drop(&mut self) {
        self.crowd.guests().large.remove(&self.uid);
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let mut guests = self.crowd.guests();
        guests.streams.remove(&self.number);
        if let Some(own) = guests.of.get_mut(&self.uid) {
            *own -= 1;
            if *own == 0 {
                guests.of.remove(&self.uid);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> UnixStream {
        UnixStream::pair().unwrap().0
    }

    #[test]
    fn one_account_never_fills_the_room() {
        let crowd = Crowd::default();
        let one: Vec<_> = (0..MOST_OF_ONE)
            .map(|_| crowd.enter(1000, stream()).unwrap())
            .collect();
        assert!(crowd.enter(1000, stream()).is_err());
        let other = crowd.enter(1001, stream()).unwrap();
        drop(one);
        assert!(crowd.enter(1000, stream()).is_ok(), "they left");
        assert!(!crowd.is_empty());
        drop(other);
        assert!(crowd.is_empty());
    }
}
