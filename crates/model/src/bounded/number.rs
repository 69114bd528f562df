//! Numbers with a range.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of an event of the log: what the database's integers hold.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u64")]
pub struct Seq(u64);

/// The number is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number of an event is at most 9223372036854775807")]
pub struct InvalidSeq;

impl Seq {
    pub fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for Seq {
    type Error = InvalidSeq;

    fn try_from(number: u64) -> Result<Self, InvalidSeq> {
        i64::try_from(number)
            .map(|_| Self(number))
            .map_err(|_| InvalidSeq)
    }
}

impl FromStr for Seq {
    type Err = InvalidSeq;

    fn from_str(text: &str) -> Result<Self, InvalidSeq> {
        text.parse::<u64>().map_err(|_| InvalidSeq)?.try_into()
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of a website, store group or store view: 1 to 2³¹−1.
///
/// Adobe Commerce keeps them in 16 bits (`smallint unsigned`); twice as many
/// leave room for forks, and for counting up from the highest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct StoreId(i64);

/// The number is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a number from 1 to 2147483647")]
pub struct InvalidStoreId;

impl StoreId {
    /// The greatest one.
    pub const MAX: i64 = i32::MAX as i64;

    pub fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for StoreId {
    type Error = InvalidStoreId;

    fn try_from(number: i64) -> Result<Self, InvalidStoreId> {
        if (1..=Self::MAX).contains(&number) {
            return Ok(Self(number));
        }
        Err(InvalidStoreId)
    }
}
