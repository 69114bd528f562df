//! What one account may take of the broker's memory and time.

use std::time::{Duration, Instant};

use super::{ConnectionLimiter, PoisonError, Slot};

/// Heavy requests that run at once of one account. Those that come besides
/// wait.
const MAX_HEAVY_PER_ACCOUNT: usize = 2;

/// All strangers have one share, and it is small.
const UNKNOWN_ACCOUNTS: u32 = u32::MAX;
const MAX_HEAVY_UNKNOWN: usize = 1;

/// How long a heavy request waits for those before it: an export may take that
/// long, and a follower of the log must not end because of one.
const HEAVY_WAIT: Duration = Duration::from_secs(30 * 60);
/// Strangers do not keep their few connections by waiting.
const HEAVY_WAIT_UNKNOWN: Duration = Duration::from_secs(2);

/// How often one that waits looks whether anybody waits for it.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// A large request; over when dropped.
#[derive(Debug)]
pub struct LargeSlot<'c> {
    limiter: &'c ConnectionLimiter,
    quota: u32,
}

/// A heavy request; over when dropped.
#[derive(Debug)]
pub struct HeavySlot<'c> {
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

    /// Lets a large request in: one at a time of each account, so that what is
    /// held in memory grows with the number of accounts, not of connections.
    ///
    /// # Errors
    /// Why there is no room.
    pub fn acquire_large(&self) -> Result<LargeSlot<'c>, String> {
        let (limiter, share) = (self.limiter, self.quota());
        if limiter.lock().large_requests.insert(share) {
            return Ok(LargeSlot {
                limiter: limiter,
                quota: share,
            });
        }
        Err(format!(
            "another large request of uid {} is under way",
            self.uid
        ))
    }

    /// Lets a heavy request begin once few enough of the same account run; `None`
    /// where its caller has gone meanwhile.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn acquire_heavy(
        &self,
        is_gone: &dyn Fn() -> bool,
    ) -> Result<Option<HeavySlot<'c>>, String> {
        let (limiter, share) = (self.limiter, self.quota());
        let (most, wait) = match share {
            UNKNOWN_ACCOUNTS => (MAX_HEAVY_UNKNOWN, HEAVY_WAIT_UNKNOWN),
            _ => (MAX_HEAVY_PER_ACCOUNT, HEAVY_WAIT),
        };
        let until = Instant::now() + wait;
        let mut guests = limiter.lock();
        loop {
            let running = guests.heavy_requests.entry(share).or_default();
            if *running < most {
                *running += 1;
                return Ok(Some(HeavySlot {
                    limiter: limiter,
                    quota: share,
                }));
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
            let waited = limiter.heavy_ended.wait_timeout(guests, POLL_INTERVAL);
            guests = waited.unwrap_or_else(PoisonError::into_inner).0;
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
        let mut guests = self.limiter.lock();
        if let Some(running) = guests.heavy_requests.get_mut(&self.quota) {
            *running -= 1;
            if *running == 0 {
                guests.heavy_requests.remove(&self.quota);
            }
        }
        drop(guests);
        self.limiter.heavy_ended.notify_all();
    }
}
