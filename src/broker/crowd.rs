//! How many are here, in all and of each account.

mod share;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Connections at once.
const MOST: usize = 512;

/// Those of them that are kept for root and the broker's own account: whoever
/// has to put things right always gets in.
const RESERVED: usize = 16;

/// Connections at once of one account: a quarter, so that no single one fills
/// the room.
const MOST_OF_ONE: usize = 128;

/// Connections at once of all who are no admin user's account and have shown no
/// token that counts, and of one of them: whatever they do, there is room for
/// everybody else.
const MOST_STRANGERS: usize = 64;
const MOST_OF_STRANGER: usize = 16;

/// An account that showed a token which counts is no stranger for so long.
const SHOWN: Duration = Duration::from_secs(600);

/// Lines about strangers in the system's log, within a minute.
const LINES: u32 = 20;
const MINUTE: Duration = Duration::from_secs(60);

/// Everybody who is here.
#[derive(Debug, Default)]
pub struct Crowd {
    guests: Mutex<Guests>,
    /// Told when something heavy has ended.
    lighter: Condvar,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Guests {
    of: HashMap<u32, usize>,
    strangers: usize,
    /// Strangers that have not asked for anything yet, oldest first.
    silent: BTreeMap<u64, Arc<UnixStream>>,
    streams: HashMap<u64, Arc<UnixStream>>,
    /// The accounts of admin users.
    known: HashSet<u32>,
    /// Accounts that showed a token which counts, and when.
    shown: HashMap<u32, Instant>,
    /// Shares of which a large request is here.
    large: HashSet<u32>,
    /// Heavy requests that run, by share.
    heavy: HashMap<u32, usize>,
    lines: Option<(Instant, u32)>,
    next: u64,
}

/// What an account is to the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// root, or the broker's own.
    Host,
    /// An admin user's, or one that showed a token which counts.
    Known,
    Stranger,
}

/// One of them; leaves when dropped.
#[derive(Debug)]
pub struct Guest<'c> {
    crowd: &'c Crowd,
    uid: u32,
    number: u64,
    standing: Cell<Standing>,
}

impl Crowd {
    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets one in.
    ///
    /// # Errors
    /// Why there is no room.
    pub fn enter(&self, uid: u32, stream: Arc<UnixStream>) -> Result<Guest<'_>, String> {
        let mut guests = self.guests();
        let standing = guests.standing(uid);
        let (in_all, of_one) = match standing {
            Standing::Host => (MOST, MOST_OF_ONE),
            Standing::Known => (MOST - RESERVED, MOST_OF_ONE),
            Standing::Stranger => (MOST - RESERVED, MOST_OF_STRANGER),
        };
        if guests.streams.len() >= in_all {
            return Err(format!("{in_all} connections are open"));
        }
        let is_stranger = standing == Standing::Stranger;
        if is_stranger && guests.strangers >= MOST_STRANGERS && !guests.hang_up_on_silent() {
            return Err(format!(
                "{MOST_STRANGERS} connections of accounts that are no admin user's are open"
            ));
        }
        let own = guests.of.entry(uid).or_default();
        if *own >= of_one {
            return Err(format!("{of_one} connections of uid {uid} are open"));
        }
        *own += 1;
        let number = guests.next;
        guests.next += 1;
        if is_stranger {
            guests.strangers += 1;
            guests.silent.insert(number, Arc::clone(&stream));
        }
        guests.streams.insert(number, stream);
        Ok(Guest {
            crowd: self,
            uid,
            number,
            standing: Cell::new(standing),
        })
    }

    /// From now on these are the accounts of admin users.
    pub fn know(&self, uids: HashSet<u32>) {
        let mut guests = self.guests();
        guests.known = uids;
        guests.shown.retain(|_, since| since.elapsed() < SHOWN);
    }

    /// Whether one more line about strangers goes into the system's log: it is
    /// not theirs to fill.
    pub fn may_be_told(&self) -> bool {
        let mut guests = self.guests();
        match &mut guests.lines {
            Some((since, lines)) if since.elapsed() < MINUTE => {
                *lines += 1;
                *lines <= LINES
            }
            lines => {
                *lines = Some((Instant::now(), 1));
                true
            }
        }
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

impl Guests {
    /// Hangs up on the stranger that has been silent longest, so that nobody
    /// keeps others out by saying nothing; `false` where all have asked, or those
    /// that were hung up on are still leaving.
    fn hang_up_on_silent(&mut self) -> bool {
        if self.strangers >= 2 * MOST_STRANGERS {
            return false;
        }
        let oldest = self.silent.pop_first();
        // One that cannot be shut down has gone.
        let _ = oldest
            .as_ref()
            .map(|(_, stream)| stream.shutdown(Shutdown::Both));
        oldest.is_some()
    }

    fn standing(&self, uid: u32) -> Standing {
        let is_known = || {
            let shown = self.shown.get(&uid);
            self.known.contains(&uid) || shown.is_some_and(|since| since.elapsed() < SHOWN)
        };
        match uid {
            0 => Standing::Host,
            _ if uid == nix::unistd::geteuid().as_raw() => Standing::Host,
            _ if is_known() => Standing::Known,
            _ => Standing::Stranger,
        }
    }
}

impl Guest<'_> {
    pub fn is_stranger(&self) -> bool {
        self.standing.get() == Standing::Stranger
    }

    /// It has asked for something.
    pub fn has_asked(&self) {
        self.crowd.guests().silent.remove(&self.number);
    }

    /// It is somebody whom the store knows: no stranger from here on, and for
    /// a while whenever the same account comes.
    pub fn is_known_now(&self) {
        if self.standing.replace(Standing::Known) == Standing::Stranger {
            let mut guests = self.crowd.guests();
            guests.strangers -= 1;
            guests.silent.remove(&self.number);
            guests.shown.insert(self.uid, Instant::now());
        }
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let mut guests = self.crowd.guests();
        guests.streams.remove(&self.number);
        guests.silent.remove(&self.number);
        guests.strangers -= usize::from(self.is_stranger());
        if let Some(own) = guests.of.get_mut(&self.uid) {
            *own -= 1;
            if *own == 0 {
                guests.of.remove(&self.uid);
            }
        }
    }
}
