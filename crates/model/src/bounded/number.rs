//! Numbers with a range.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The seq of an event, at most the largest integer of the database.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u64")]
pub struct Seq(u64);

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
/// Adobe Commerce uses 16 bits (`smallint unsigned`). 31 bits leave room for
/// modified shops, and for numbering new ones after the largest id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct StoreId(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a number from 1 to 2147483647")]
pub struct InvalidStoreId;

impl StoreId {
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
