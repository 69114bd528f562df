//! Limits of requests in a minute, by address and by storefront.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Most keys that are told apart; all others share one bucket.
const MAX_KEYS: usize = 8192;

/// A token bucket for each key. A full bucket is as good as none, so only those
/// in use take memory.
#[derive(Debug)]
pub(super) struct RateLimiter<K> {
    per_minute: u32,
    state: Mutex<Buckets<K>>,
}

#[derive(Debug)]
struct Buckets<K> {
    of_key: HashMap<K, Bucket>,
    others: Option<Bucket>,
}

/// How many requests are left, as of an instant.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn refill(&mut self, per_minute: u32, now: Instant) {
        let gone = now.saturating_duration_since(self.at).as_secs_f64();
        let most = f64::from(per_minute);
        self.left = (self.left + gone * most / 60.0).min(most);
        self.at = now;
    }
}

impl<K: Hash + Eq + Clone> RateLimiter<K> {
    /// 0 is no limit.
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            state: Mutex::new(Buckets {
                of_key: HashMap::new(),
                others: None,
            }),
        }
    }

    /// Takes one request out of the key's bucket. If it is empty, returns the
    /// time after which there is another.
    pub(super) fn take(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let rate = self.per_minute;
        if rate == 0 {
            return Ok(());
        }
        let full = Bucket {
            left: f64::from(rate),
            at: now,
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.of_key.contains_key(key) && state.of_key.len() >= MAX_KEYS {
            state.of_key.retain(|_, bucket| {
                bucket.refill(rate, now);
                bucket.left < f64::from(rate)
            });
        }
        let is_shared = !state.of_key.contains_key(key) && state.of_key.len() >= MAX_KEYS;
        let bucket = if is_shared {
            state.others.get_or_insert(full)
        } else {
            state.of_key.entry(key.clone()).or_insert(full)
        };
        bucket.refill(rate, now);
        if bucket.left < 1.0 {
            let missing = (1.0 - bucket.left) * 60.0 / f64::from(rate);
            return Err(Duration::from_secs_f64(missing));
        }
        bucket.left -= 1.0;
        Ok(())
    }

    /// Puts a request back that did not count.
    pub(super) fn give_back(&self, key: &K) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = state.of_key.get_mut(key) {
            bucket.left = (bucket.left + 1.0).min(f64::from(self.per_minute));
        }
    }
}

/// The part of an address that one subscriber has: an IPv4 address, or an IPv6
/// network of 64 bits.
pub(super) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_fills_again() {
        let limiter = RateLimiter::new(60);
        let start = Instant::now();
        for _ in 0..60 {
            assert_eq!(limiter.take(&"a", start), Ok(()));
        }
        let wait = limiter.take(&"a", start).unwrap_err();
        assert!(wait > Duration::from_millis(900) && wait <= Duration::from_secs(1));
        assert_eq!(limiter.take(&"b", start), Ok(()), "others are not limited");
        let later = start + Duration::from_millis(1001);
        assert_eq!(limiter.take(&"a", later), Ok(()));
        assert!(limiter.take(&"a", later).is_err());
        limiter.give_back(&"a");
        assert_eq!(limiter.take(&"a", later), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = RateLimiter::new(2);
        let start = Instant::now();
        let mut refused = 0;
        for key in 0..MAX_KEYS * 2 {
            refused += usize::from(limiter.take(&key, start).is_err());
        }
        assert_eq!(refused, MAX_KEYS - 2, "further keys share one bucket");
        assert_eq!(limiter.state.lock().unwrap().of_key.len(), MAX_KEYS);
        let later = start + Duration::from_secs(60);
        assert_eq!(limiter.take(&(MAX_KEYS * 3), later), Ok(()));
        assert_eq!(limiter.state.lock().unwrap().of_key.len(), 1);
    }

    #[test]
    fn no_limit_refuses_nothing() {
        let limiter = RateLimiter::new(0);
        let now = Instant::now();
        assert!((0..10_000).all(|_| limiter.take(&1, now).is_ok()));
    }

    #[test]
    fn one_subscriber_has_one_bucket() {
        let of = |text: &str| subscriber(text.parse().unwrap()).to_string();
        assert_eq!(of("203.0.113.7"), "203.0.113.7");
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
