//! The traits for clock and randomness. They are arguments, so that a test can
//! repeat an act exactly and no rule calls `now()`.

use super::time::Timestamp;

pub trait Clock {
    /// The current time in UTC, to the microsecond.
    fn now(&self) -> Timestamp;
}

/// A source of unpredictable bytes.
pub trait Random {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

pub fn random_bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut buffer = [0; N];
    random.fill(&mut buffer);
    buffer
}
