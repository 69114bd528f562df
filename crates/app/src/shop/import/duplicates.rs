//! Finds duplicates in a file without keeping the file in memory: 16 bytes per
//! row, sorted once.

use std::hash::{BuildHasher, RandomState};

/// The rows' keys and positions.
#[derive(Debug, Default)]
pub(super) struct DuplicateFinder {
    entries: Vec<(i64, u64)>,
    hasher: RandomState,
}

impl DuplicateFinder {
    /// Adds a row by a text. Different texts can have the same key.
    pub(super) fn note_text(&mut self, scope: i64, text: &str, place: u64) {
        let key = self.hasher.hash_one((scope, text));
        self.entries.push((key.cast_signed(), place));
    }

    /// Adds a row by a number.
    pub(super) fn note_number(&mut self, number: i64, place: u64) {
        self.entries.push((number, place));
    }

    /// Groups of at least two positions with the same key, in the order of the
    /// file.
    pub(super) fn candidates(&mut self) -> Vec<Vec<u64>> {
        self.entries.sort_unstable();
        let same = self.entries.chunk_by(|a, b| a.0 == b.0);
        same.filter(|chunk| chunk.len() > 1)
            .map(|chunk| chunk.iter().map(|(_, place)| *place).collect())
            .collect()
    }

    /// The distinct numbers, in order.
    pub(super) fn into_numbers(mut self) -> Vec<i64> {
        self.entries.sort_unstable();
        let mut numbers: Vec<i64> = self.entries.iter().map(|(number, _)| *number).collect();
        numbers.dedup();
        numbers
    }
}
