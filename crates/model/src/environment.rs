//! Time and randomness come in as arguments, so that a test can replay an act
//! and no rule hides a `now()`.

use super::time::Timestamp;

/// Tells the time.
pub trait Clock {
    /// The wall clock, UTC, to the microsecond.
    fn now(&self) -> Timestamp;
}

/// Gives unpredictable bytes.
pub trait Random {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// `N` random bytes.
pub fn random_bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut buffer = [0; N];
    random.fill(&mut buffer);
    buffer
}
