//! The only place that reads the clock, the system's randomness and the account
//! that runs the program.
//!
//! In debug builds `LAC_TEST_CLOCK` (RFC 3339) and `LAC_TEST_SEED` (a number) fix
//! the clock and the randomness for tests. Release builds ignore them, because a
//! fixed clock would make expired tokens valid again.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use lac_model::environment::{Clock, Random};
use lac_model::time::Timestamp;

/// The wall clock, or a fixed one in tests.
#[derive(Debug)]
pub struct SystemClock {
    fixed: Option<Timestamp>,
}

impl SystemClock {
    pub fn new() -> Self {
        Self {
            fixed: test_setting("LAC_TEST_CLOCK").and_then(|text| text.parse().ok()),
        }
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Timestamp {
        self.fixed.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            let micros = since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX));
            Timestamp::from_micros(micros)
        })
    }
}

/// The system's randomness, or a seeded stream in tests.
#[derive(Debug)]
pub struct SystemRandom {
    seed: Option<u64>,
    block: AtomicU64,
}

impl SystemRandom {
    pub fn new() -> Self {
        let seed = test_setting("LAC_TEST_SEED").and_then(|text| text.parse().ok());
        Self {
            seed,
            block: AtomicU64::new(0),
        }
    }
}

impl Random for SystemRandom {
    #[allow(clippy::disallowed_methods, clippy::expect_used)]
    fn fill(&self, buffer: &mut [u8]) {
        let Some(seed) = self.seed else {
            // Without randomness nothing here is safe.
            return getrandom::fill(buffer).expect("the system gives random bytes");
        };
        for chunk in buffer.chunks_mut(32) {
            let mut hash = Sha256::new();
            hash.update(seed.to_be_bytes());
            let block = self.block.fetch_add(1, Ordering::Relaxed);
            hash.update(block.to_be_bytes());
            chunk.copy_from_slice(&hash.finalize()[..chunk.len()]);
        }
    }
}

#[cfg(debug_assertions)]
fn test_setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(not(debug_assertions))]
fn test_setting(_name: &str) -> Option<String> {
    None
}

/// The account of the real uid: its name, or `uid:N` if it has none.
pub(super) fn os_account() -> String {
    let uid = nix::unistd::getuid();
    match nix::unistd::User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => format!("uid:{uid}"),
    }
}

/// The kernel's login uid, which `su` and `sudo` do not change; `None` if the
/// kernel keeps none.
pub(super) fn login_uid() -> Option<u32> {
    let text = fs::read_to_string("/proc/self/loginuid").ok()?;
    text.trim().parse().ok().filter(|uid| *uid != u32::MAX)
}
