//! Lists with a limited number of different members.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use super::InvalidText;
use crate::fault::Fault;

/// How many things one request may name. The store may be locked while they are
/// looked up.
pub const MAX_IDS_PER_REQUEST: usize = 10_000;

/// How many values one request may have in one field: websites, resources,
/// values of a filter.
pub const MAX_VALUES_PER_FIELD: usize = 1000;

/// A list of at most `MAX` different members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundedList<T, const MAX: usize>(Vec<T>);

/// Why a list is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidList {
    #[error("at most {0} at once")]
    TooLong(usize),
    #[error("a list contains a value twice")]
    Duplicate,
}

impl<T: Ord, const MAX: usize> BoundedList<T, MAX> {
    /// From values that the user typed. A repeated value is dropped, the first
    /// one is kept. `what` names the values in the error.
    pub fn from_members(what: &str, members: impl IntoIterator<Item = T>) -> Result<Self, Fault> {
        let mut all: Vec<T> = members.into_iter().collect();
        let repeated = duplicate_positions(&all);
        let mut at = 0;
        all.retain(|_| {
            at += 1;
            !repeated.contains(&(at - 1))
        });
        if all.len() > MAX {
            return Err(Fault::invalid(what, InvalidList::TooLong(MAX)));
        }
        Ok(Self(all))
    }
}

impl<T: Ord, const MAX: usize> BoundedList<T, MAX> {
    /// The same from texts that are still to be parsed.
    pub fn parse(
        what: &str,
        texts: impl IntoIterator<Item = impl Into<String>>,
        read: impl Fn(String) -> Result<T, InvalidText>,
    ) -> Result<Self, Fault> {
        let texts = texts.into_iter().map(|text| read(text.into()));
        let members = texts.collect::<Result<Vec<T>, _>>();
        Self::from_members(what, members.map_err(|e| Fault::invalid(what, e))?)
    }
}

/// The indexes of members that are equal to an earlier one.
fn duplicate_positions<T: Ord>(all: &[T]) -> std::collections::BTreeSet<usize> {
    let mut places: Vec<usize> = (0..all.len()).collect();
    // The sort is stable: of equal members, the first stays first.
    places.sort_by(|a, b| all[*a].cmp(&all[*b]));
    let pairs = places.windows(2);
    pairs
        .filter(|pair| all[pair[0]] == all[pair[1]])
        .map(|pair| pair[1])
        .collect()
}

impl<T, const MAX: usize> Default for BoundedList<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> Deref for BoundedList<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Clone + Into<serde_json::Value>, const MAX: usize> From<BoundedList<T, MAX>>
    for serde_json::Value
{
    fn from(list: BoundedList<T, MAX>) -> Self {
        Self::Array(list.0.into_iter().map(Into::into).collect())
    }
}

impl<T, const MAX: usize> IntoIterator for BoundedList<T, MAX> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T, const MAX: usize> IntoIterator for &'a BoundedList<T, MAX> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Serialize, const MAX: usize> Serialize for BoundedList<T, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Ord, const MAX: usize> Deserialize<'de> for BoundedList<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T, const MAX: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Ord, const MAX: usize> Visitor<'de> for ListVisitor<T, MAX> {
            type Value = BoundedList<T, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = list.next_element()? {
                    if all.len() == MAX {
                        return Err(de::Error::custom(InvalidList::TooLong(MAX)));
                    }
                    all.push(member);
                }
                if !duplicate_positions(&all).is_empty() {
                    return Err(de::Error::custom(InvalidList::Duplicate));
                }
                Ok(BoundedList(all))
            }
        }

        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}
