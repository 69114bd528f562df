//! What one account may take of the broker's memory and time.

use std::time::{Duration, Instant};

use super::{Crowd, Guest, PoisonError};

/// Heavy requests that run at once of one account. Those that come besides
/// wait.
const HEAVY_OF_ONE: usize = 2;

/// All strangers have one share, and it is small.
const STRANGERS: u32 = u32::MAX;
const HEAVY_OF_STRANGERS: usize = 1;

/// How long a heavy request waits for those before it: an export may take that
/// long, and a follower of the log must not end because of one.
const WAIT: Duration = Duration::from_secs(30 * 60);
/// Strangers do not keep their few connections by waiting.
const WAIT_OF_STRANGERS: Duration = Duration::from_secs(2);

/// How often one that waits looks whether anybody waits for it.
const LOOK: Duration = Duration::from_millis(100);

/// A large request; over when dropped.
#[derive(Debug)]
pub struct Large<'c> {
    crowd: &'c Crowd,
    share: u32,
}

/// A heavy request; over when dropped.
#[derive(Debug)]
pub struct Heavy<'c> {
    crowd: &'c Crowd,
    share: u32,
}

impl<'c> Guest<'c> {
    fn share(&self) -> u32 {
        if self.is_stranger() {
            STRANGERS
        } else {
            self.uid
        }
    }

    /// Lets a large request in: one at a time of each account, so that what is
    /// held in memory grows with the number of accounts, not of connections.
    ///
    /// # Errors
    /// Why there is no room.
    pub fn enter_large(&self) -> Result<Large<'c>, String> {
        let (crowd, share) = (self.crowd, self.share());
        if crowd.guests().large.insert(share) {
            return Ok(Large { crowd, share });
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
    pub fn enter_heavy(&self, is_gone: &dyn Fn() -> bool) -> Result<Option<Heavy<'c>>, String> {
        let (crowd, share) = (self.crowd, self.share());
        let (most, wait) = match share {
            STRANGERS => (HEAVY_OF_STRANGERS, WAIT_OF_STRANGERS),
            _ => (HEAVY_OF_ONE, WAIT),
        };
        let until = Instant::now() + wait;
        let mut guests = crowd.guests();
        loop {
            let running = guests.heavy.entry(share).or_default();
            if *running < most {
                *running += 1;
                return Ok(Some(Heavy { crowd, share }));
            }
            if is_gone() || crowd.is_closed() {
                return Ok(None);
            }
            if Instant::now() >= until {
                return Err(format!(
                    "{most} long requests of uid {} are under way",
                    self.uid
                ));
            }
            let waited = crowd.lighter.wait_timeout(guests, LOOK);
            guests = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Large<'_> {
    fn drop(&mut self) {
        self.crowd.guests().large.remove(&self.share);
    }
}

impl Drop for Heavy<'_> {
    fn drop(&mut self) {
        let mut guests = self.crowd.guests();
        if let Some(running) = guests.heavy.get_mut(&self.share) {
            *running -= 1;
            if *running == 0 {
                guests.heavy.remove(&self.share);
            }
        }
        drop(guests);
        self.crowd.lighter.notify_all();
    }
}
