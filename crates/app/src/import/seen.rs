//! What occurs twice in one file, found without holding the file: sixteen bytes
//! a row, sorted once.

use std::hash::{BuildHasher, RandomState};

/// Keys of rows and where the rows are.
#[derive(Debug, Default)]
pub struct Seen {
    keys: Vec<(i64, u64)>,
    hasher: RandomState,
}

impl Seen {
    /// Notes a row by a text; different texts may meet under one key.
    pub fn text(&mut self, scope: i64, text: &str, place: u64) {
        let key = self.hasher.hash_one((scope, text));
        self.keys.push((key.cast_signed(), place));
    }

    /// Notes a row by a number.
    pub fn number(&mut self, number: i64, place: u64) {
        self.keys.push((number, place));
    }

    /// Places that share a key, in the order of the file: at least two each.
    pub fn suspects(&mut self) -> Vec<Vec<u64>> {
        self.keys.sort_unstable();
        let same = self.keys.chunk_by(|a, b| a.0 == b.0);
        same.filter(|chunk| chunk.len() > 1)
            .map(|chunk| chunk.iter().map(|(_, place)| *place).collect())
            .collect()
    }

    /// The numbers that were noted, in order, each once.
    pub fn numbers(mut self) -> Vec<i64> {
        self.keys.sort_unstable();
        let mut numbers: Vec<i64> = self.keys.iter().map(|(number, _)| *number).collect();
        numbers.dedup();
        numbers
    }
}
