//! Limits the number of connections, in total and per account.

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

/// Connections open at once.
const MAX_CONNECTIONS: usize = 512;

/// Connections reserved for root and the broker's own account, which may have
/// to fix a problem.
const RESERVED_CONNECTIONS: usize = 16;

/// Connections of one account: a quarter, so that none can take them all.
const MAX_PER_ACCOUNT: usize = 128;

/// Connections of all unknown accounts together. An account is unknown if no
/// admin user has it and it has sent no valid token.
const MAX_UNKNOWN: usize = 64;

/// Connections of one unknown account.
const MAX_PER_UNKNOWN_ACCOUNT: usize = 16;

/// How long an account stays known after it sent a valid token.
const TOKEN_REMEMBERED: Duration = Duration::from_secs(600);

/// Lines about unknown accounts in the system log per [`LOG_WINDOW`].
const MAX_LOG_LINES: u32 = 20;
const LOG_WINDOW: Duration = Duration::from_secs(60);

/// The open connections.
#[derive(Debug, Default)]
pub(super) struct ConnectionLimiter {
    state: Mutex<LimiterState>,
    /// Notified when a heavy request ends.
    heavy_ended: Condvar,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct LimiterState {
    per_account: HashMap<u32, usize>,
    unknown: usize,
    /// Connections of unknown accounts that have sent no request yet, oldest
    /// first.
    awaiting_request: BTreeMap<u64, Arc<UnixStream>>,
    streams: HashMap<u64, Arc<UnixStream>>,
    admin_uids: HashSet<u32>,
    /// Accounts that sent a valid token, and when.
    token_seen: HashMap<u32, Instant>,
    /// Shares with a large request.
    large_requests: HashSet<u32>,
    /// Number of running heavy requests per quota.
    heavy_requests: HashMap<u32, usize>,
    log_lines: Option<(Instant, u32)>,
    next_number: u64,
}

/// The class of an account, which decides its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AccountClass {
    /// root, or the broker's own account.
    Privileged,
    /// An admin user's account, or one that sent a valid token.
    Known,
    Unknown,
}

/// The slot of one connection; freed when dropped.
#[derive(Debug)]
pub(super) struct Slot<'c> {
    limiter: &'c ConnectionLimiter,
    uid: u32,
    number: u64,
    class: Cell<AccountClass>,
}

impl ConnectionLimiter {
    fn lock(&self) -> MutexGuard<'_, LimiterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a connection, or says which limit is reached.
    pub(super) fn acquire(&self, uid: u32, stream: Arc<UnixStream>) -> Result<Slot<'_>, String> {
        let mut state = self.lock();
        let class = state.classify(uid);
        let (max_total, max_own) = match class {
            AccountClass::Privileged => (MAX_CONNECTIONS, MAX_PER_ACCOUNT),
            AccountClass::Known => (MAX_CONNECTIONS - RESERVED_CONNECTIONS, MAX_PER_ACCOUNT),
            AccountClass::Unknown => (
                MAX_CONNECTIONS - RESERVED_CONNECTIONS,
                MAX_PER_UNKNOWN_ACCOUNT,
            ),
        };
        if state.streams.len() >= max_total {
            return Err(format!("{max_total} connections are open"));
        }
        let is_unknown = class == AccountClass::Unknown;
        if is_unknown && state.unknown >= MAX_UNKNOWN && !state.disconnect_oldest_silent() {
            return Err(format!(
                "{MAX_UNKNOWN} connections of accounts that are no admin user's are open"
            ));
        }
        let own = state.per_account.entry(uid).or_default();
        if *own >= max_own {
            return Err(format!("{max_own} connections of uid {uid} are open"));
        }
        *own += 1;
        let number = state.next_number;
        state.next_number += 1;
        if is_unknown {
            state.unknown += 1;
            state.awaiting_request.insert(number, Arc::clone(&stream));
        }
        state.streams.insert(number, stream);
        Ok(Slot {
            limiter: self,
            uid,
            number,
            class: Cell::new(class),
        })
    }

    /// Replaces the set of admin users' accounts.
    pub(super) fn set_admin_uids(&self, uids: HashSet<u32>) {
        let mut state = self.lock();
        state.admin_uids = uids;
        state
            .token_seen
            .retain(|_, since| since.elapsed() < TOKEN_REMEMBERED);
    }

    /// Whether another line about unknown accounts may go to the system log, which
    /// they must not be able to fill.
    pub(super) fn may_log_unknown(&self) -> bool {
        let mut state = self.lock();
        match &mut state.log_lines {
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

    /// Whether no connection is open.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().streams.is_empty()
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(super) fn disconnect_all(&self) {
        for stream in self.lock().streams.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl LimiterState {
    /// Disconnects the unknown connection that has been silent longest, so that
    /// silent connections do not block others. Returns `false` if none is silent,
    /// or if too many disconnected ones are still open.
    fn disconnect_oldest_silent(&mut self) -> bool {
        if self.unknown >= 2 * MAX_UNKNOWN {
            return false;
        }
        let oldest = self.awaiting_request.pop_first();
        // If shutdown fails, it is disconnected already.
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
    pub(super) fn is_unknown(&self) -> bool {
        self.class.get() == AccountClass::Unknown
    }

    /// The connection has sent a request.
    pub(super) fn mark_requested(&self) {
        self.limiter.lock().awaiting_request.remove(&self.number);
    }

    /// The store knows the caller. The account stays known for
    /// [`TOKEN_REMEMBERED`].
    pub(super) fn mark_known(&self) {
        if self.class.replace(AccountClass::Known) == AccountClass::Unknown {
            let mut state = self.limiter.lock();
            state.unknown -= 1;
            state.awaiting_request.remove(&self.number);
            state.token_seen.insert(self.uid, Instant::now());
        }
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.lock();
        state.streams.remove(&self.number);
        state.awaiting_request.remove(&self.number);
        state.unknown -= usize::from(self.is_unknown());
        if let Some(own) = state.per_account.get_mut(&self.uid) {
            *own -= 1;
            if *own == 0 {
                state.per_account.remove(&self.uid);
            }
        }
    }
}
