//! A simulated clock, real randomness for keys, and seeded numbers for everything else.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use lac_model::environment::{Clock, Random};
use lac_model::time::Timestamp;

/// The time of the wall clock.
#[allow(clippy::disallowed_methods)] // a separate program, not a use case
pub(crate) fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX));
    Timestamp::from_micros(micros)
}

/// The wall clock, for what must still be valid after the seeding.
#[derive(Debug)]
pub(crate) struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        wall_clock()
    }
}

/// A clock that advances by one second at each reading.
#[derive(Debug)]
pub(crate) struct SteppingClock(Cell<Timestamp>);

impl SteppingClock {
    pub(crate) fn starting_at(start: Timestamp) -> Self {
        Self(Cell::new(start))
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        self.0.set(
            self.0
                .get()
                .saturating_add(std::time::Duration::from_secs(1)),
        );
        self.0.get()
    }
}

/// Random bytes of the system, because the store gets real keys and salts.
#[derive(Debug)]
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::disallowed_methods, clippy::expect_used)]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the system gives random bytes");
    }
}

/// SplitMix64: the same seed gives the same numbers on every machine.
pub(crate) fn mix(seed: u64, index: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0xD1B5_4A32_D192_ED03)
        .wrapping_add(index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Picks one item of a list.
pub(crate) fn pick<'a, T: ?Sized>(list: &[&'a T], number: u64) -> &'a T {
    list[usize::try_from(number % list.len() as u64).unwrap_or(0)]
}
