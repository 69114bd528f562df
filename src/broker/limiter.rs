//! How many are here, in all and of each account.

mod quota;
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
const MAX_CONNECTIONS: usize = 512;

/// Those of them that are kept for root and the broker's own account: whoever
/// has to put things right always gets in.
const RESERVED_CONNECTIONS: usize = 16;

/// Connections at once of one account: a quarter, so that no single one fills
/// the room.
const MAX_PER_ACCOUNT: usize = 128;

/// Connections at once of all who are no admin user's account and have shown no
/// token that counts, and of one of them: whatever they do, there is room for
/// everybody else.
const MAX_UNKNOWN: usize = 64;
const MAX_PER_UNKNOWN_ACCOUNT: usize = 16;

/// An account that showed a token which counts is no stranger for so long.
const TOKEN_REMEMBERED: Duration = Duration::from_secs(600);

/// Lines about strangers in the system's log, within a minute.
const MAX_LOG_LINES: u32 = 20;
const LOG_WINDOW: Duration = Duration::from_secs(60);

/// Everybody who is here.
#[derive(Debug, Default)]
pub struct ConnectionLimiter {
    state: Mutex<LimiterState>,
    /// Told when something heavy has ended.
    heavy_ended: Condvar,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct LimiterState {
    per_account: HashMap<u32, usize>,
    unknown: usize,
    /// Strangers that have not asked for anything yet, oldest first.
    awaiting_request: BTreeMap<u64, Arc<UnixStream>>,
    streams: HashMap<u64, Arc<UnixStream>>,
    /// The accounts of admin users.
    admin_uids: HashSet<u32>,
    /// Accounts that showed a token which counts, and when.
    token_seen: HashMap<u32, Instant>,
    /// Shares of which a large request is here.
    large_requests: HashSet<u32>,
    /// Heavy requests that run, by share.
    heavy_requests: HashMap<u32, usize>,
    log_lines: Option<(Instant, u32)>,
    next_number: u64,
}

/// What an account is to the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AccountClass {
    /// root, or the broker's own.
    Privileged,
    /// An admin user's, or one that showed a token which counts.
    Known,
    Unknown,
}

/// One of them; leaves when dropped.
#[derive(Debug)]
pub struct Slot<'c> {
    limiter: &'c ConnectionLimiter,
    uid: u32,
    number: u64,
    class: Cell<AccountClass>,
}

impl ConnectionLimiter {
    fn lock(&self) -> MutexGuard<'_, LimiterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets one in.
    ///
    /// # Errors
    /// Why there is no room.
    pub fn acquire(&self, uid: u32, stream: Arc<UnixStream>) -> Result<Slot<'_>, String> {
        let mut guests = self.lock();
        let standing = guests.classify(uid);
        let (in_all, of_one) = match standing {
            AccountClass::Privileged => (MAX_CONNECTIONS, MAX_PER_ACCOUNT),
            AccountClass::Known => (MAX_CONNECTIONS - RESERVED_CONNECTIONS, MAX_PER_ACCOUNT),
            AccountClass::Unknown => (
                MAX_CONNECTIONS - RESERVED_CONNECTIONS,
                MAX_PER_UNKNOWN_ACCOUNT,
            ),
        };
        if guests.streams.len() >= in_all {
            return Err(format!("{in_all} connections are open"));
        }
        let is_stranger = standing == AccountClass::Unknown;
        if is_stranger && guests.unknown >= MAX_UNKNOWN && !guests.disconnect_oldest_silent() {
            return Err(format!(
                "{MAX_UNKNOWN} connections of accounts that are no admin user's are open"
            ));
        }
        let own = guests.per_account.entry(uid).or_default();
        if *own >= of_one {
            return Err(format!("{of_one} connections of uid {uid} are open"));
        }
        *own += 1;
        let number = guests.next_number;
        guests.next_number += 1;
        if is_stranger {
            guests.unknown += 1;
            guests.awaiting_request.insert(number, Arc::clone(&stream));
        }
        guests.streams.insert(number, stream);
        Ok(Slot {
            limiter: self,
            uid,
            number,
            class: Cell::new(standing),
        })
    }

    /// From now on these are the accounts of admin users.
    pub fn set_admin_uids(&self, uids: HashSet<u32>) {
        let mut guests = self.lock();
        guests.admin_uids = uids;
        guests
            .token_seen
            .retain(|_, since| since.elapsed() < TOKEN_REMEMBERED);
    }

    /// Whether one more line about strangers goes into the system's log: it is
    /// not theirs to fill.
    pub fn may_log_unknown(&self) -> bool {
        let mut guests = self.lock();
        match &mut guests.log_lines {
            Some((since, lines)) if since.elapsed() < LOG_WINDOW => {
                *lines += 1;
                *lines <= MAX_LOG_LINES
            }
            lines => {
                *lines = Some((Instant::now(), 1));
                true
            }
        }
    }

    /// Whether nobody is here.
    pub fn is_empty(&self) -> bool {
        self.lock().streams.is_empty()
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
    pub fn disconnect_all(&self) {
        for stream in self.lock().streams.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl LimiterState {
    /// Hangs up on the stranger that has been silent longest, so that nobody
    /// keeps others out by saying nothing; `false` where all have asked, or those
    /// that were hung up on are still leaving.
    fn disconnect_oldest_silent(&mut self) -> bool {
        if self.unknown >= 2 * MAX_UNKNOWN {
            return false;
        }
        let oldest = self.awaiting_request.pop_first();
        // One that cannot be shut down has gone.
        let _ = oldest
            .as_ref()
            .map(|(_, stream)| stream.shutdown(Shutdown::Both));
        oldest.is_some()
    }

    fn classify(&self, uid: u32) -> AccountClass {
        let is_known = || {
            let shown = self.token_seen.get(&uid);
            self.admin_uids.contains(&uid)
                || shown.is_some_and(|since| since.elapsed() < TOKEN_REMEMBERED)
        };
        match uid {
            0 => AccountClass::Privileged,
            _ if uid == nix::unistd::geteuid().as_raw() => AccountClass::Privileged,
            _ if is_known() => AccountClass::Known,
            _ => AccountClass::Unknown,
        }
    }
}

impl Slot<'_> {
    pub fn is_unknown(&self) -> bool {
        self.class.get() == AccountClass::Unknown
    }

    /// It has asked for something.
    pub fn mark_requested(&self) {
        self.limiter.lock().awaiting_request.remove(&self.number);
    }

    /// It is somebody whom the store knows: no stranger from here on, and for
    /// a while whenever the same account comes.
    pub fn mark_known(&self) {
        if self.class.replace(AccountClass::Known) == AccountClass::Unknown {
            let mut guests = self.limiter.lock();
            guests.unknown -= 1;
            guests.awaiting_request.remove(&self.number);
            guests.token_seen.insert(self.uid, Instant::now());
        }
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut guests = self.limiter.lock();
        guests.streams.remove(&self.number);
        guests.awaiting_request.remove(&self.number);
        guests.unknown -= usize::from(self.is_unknown());
        if let Some(own) = guests.per_account.get_mut(&self.uid) {
            *own -= 1;
            if *own == 0 {
                guests.per_account.remove(&self.uid);
            }
        }
    }
}
