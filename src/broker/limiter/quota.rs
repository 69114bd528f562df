//! Limits the memory and time that one account can use.

use std::time::{Duration, Instant};

use super::{ConnectionLimiter, PoisonError, Slot};

/// Heavy requests of one account that run at once; further ones wait.
const MAX_HEAVY_PER_ACCOUNT: usize = 2;

/// The quota that all unknown accounts share.
const UNKNOWN_ACCOUNTS: u32 = u32::MAX;
const MAX_HEAVY_UNKNOWN: usize = 1;

/// How long a heavy request waits for earlier ones. An export may take that
/// long, and must not make a process that follows the log give up.
const HEAVY_WAIT: Duration = Duration::from_secs(30 * 60);
/// Shorter, so that unknown accounts do not hold their few connections by
/// waiting.
const HEAVY_WAIT_UNKNOWN: Duration = Duration::from_secs(2);

/// How often a waiting request checks that its caller is still connected.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Permission to send a large request; released when dropped.
#[derive(Debug)]
pub(crate) struct LargeSlot<'c> {
    limiter: &'c ConnectionLimiter,
    quota: u32,
}

/// Permission to run a heavy request; released when dropped.
#[derive(Debug)]
pub(crate) struct HeavySlot<'c> {
    limiter: &'c ConnectionLimiter,
    quota: u32,
}

impl<'c> Slot<'c> {
    fn quota(&self) -> u32 {
        if self.is_unknown() {
            UNKNOWN_ACCOUNTS
        } else {
            self.uid
        }
    }

    /// Allows one large request per account at a time, so that memory use grows
    /// with the number of accounts, not of connections.
    pub(crate) fn acquire_large(&self) -> Result<LargeSlot<'c>, String> {
        let (limiter, quota) = (self.limiter, self.quota());
        if limiter.lock().large_requests.insert(quota) {
            return Ok(LargeSlot { limiter, quota });
        }
        Err(format!(
            "another large request of uid {} is under way",
            self.uid
        ))
    }

    /// Waits until the account may run another heavy request; `None` if the caller
    /// disconnects meanwhile.
    pub(crate) fn acquire_heavy(
        &self,
        is_gone: &dyn Fn() -> bool,
    ) -> Result<Option<HeavySlot<'c>>, String> {
        let (limiter, quota) = (self.limiter, self.quota());
        let (most, wait) = match quota {
            UNKNOWN_ACCOUNTS => (MAX_HEAVY_UNKNOWN, HEAVY_WAIT_UNKNOWN),
            _ => (MAX_HEAVY_PER_ACCOUNT, HEAVY_WAIT),
        };
        let until = Instant::now() + wait;
        let mut state = limiter.lock();
        loop {
            let running = state.heavy_requests.entry(quota).or_default();
            if *running < most {
                *running += 1;
                return Ok(Some(HeavySlot { limiter, quota }));
            }
            if is_gone() || limiter.is_closed() {
                return Ok(None);
            }
            if Instant::now() >= until {
                return Err(format!(
                    "{most} long requests of uid {} are under way",
                    self.uid
                ));
            }
            let waited = limiter.heavy_ended.wait_timeout(state, POLL_INTERVAL);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for LargeSlot<'_> {
    fn drop(&mut self) {
        self.limiter.lock().large_requests.remove(&self.quota);
    }
}

impl Drop for HeavySlot<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.lock();
        if let Some(running) = state.heavy_requests.get_mut(&self.quota) {
            *running -= 1;
            if *running == 0 {
                state.heavy_requests.remove(&self.quota);
            }
        }
        drop(state);
        self.limiter.heavy_ended.notify_all();
    }
}
