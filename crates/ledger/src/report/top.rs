//! Short lists of the most frequent, largest or latest items, with the number
//! of items that were left out.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

/// A name and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCount {
    /// `null` if it is not known.
    pub name: Option<String>,
    pub count: u64,
}

/// The first rows of a list, and how many were left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top<T> {
    /// In the order that the field of the report names.
    pub rows: Vec<T>,
    /// Number of rows that were left out.
    pub more: u64,
}

impl<T> Default for Top<T> {
    fn default() -> Self {
        let rows = Vec::new();
        Self { rows, more: 0 }
    }
}

impl<T> Top<T> {
    pub(super) fn from_rows(mut rows: Vec<T>, most: usize) -> Self {
        let more = rows.len().saturating_sub(most) as u64;
        rows.truncate(most);
        Self { rows, more }
    }

    /// Number of rows, including those left out.
    pub fn total(&self) -> u64 {
        self.rows.len() as u64 + self.more
    }
}

/// How often each name occurs.
#[derive(Debug, Default)]
pub(super) struct NameCounts(BTreeMap<Option<String>, u64>);

impl NameCounts {
    pub(super) fn add(&mut self, name: Option<&str>) {
        let name = name.map(str::to_owned);
        *self.0.entry(name).or_default() += 1;
    }

    /// Most frequent first, then by name.
    pub(super) fn finish(self) -> Vec<NamedCount> {
        let all = self.0.into_iter();
        let mut all: Vec<NamedCount> = all
            .map(|(name, count)| NamedCount { name, count })
            .collect();
        all.sort_by_key(|row| std::cmp::Reverse(row.count));
        all
    }

    pub(super) fn top(self, most: usize) -> Top<NamedCount> {
        Top::from_rows(self.finish(), most)
    }
}

/// The latest items of an ordered sequence.
#[derive(Debug)]
pub(super) struct Latest<T> {
    limit: usize,
    pub items: VecDeque<T>,
    pub count: u64,
}

impl<T> Latest<T> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            limit: most,
            items: VecDeque::new(),
            count: 0,
        }
    }

    pub(super) fn add(&mut self, one: T) {
        self.count += 1;
        self.items.push_back(one);
        if self.items.len() > self.limit {
            self.items.pop_front();
        }
    }

    /// Newest first.
    pub(super) fn finish(self) -> Top<T> {
        let more = self.count - self.items.len() as u64;
        let rows = self.items.into_iter().rev().collect();
        Top { rows, more }
    }
}

/// The largest items; of equal ones the first.
#[derive(Debug)]
pub(super) struct Largest<T> {
    limit: usize,
    items: Vec<(u64, T)>,
    count: u64,
}

impl<T> Largest<T> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            limit: most,
            items: Vec::new(),
            count: 0,
        }
    }

    pub(super) fn add(&mut self, size: u64, one: impl FnOnce() -> T) {
        self.count += 1;
        let at = self.items.partition_point(|(kept, _)| *kept >= size);
        if at < self.limit {
            self.items.insert(at, (size, one()));
            self.items.truncate(self.limit);
        }
    }

    pub(super) fn finish(self) -> Top<T> {
        let more = self.count - self.items.len() as u64;
        let rows = self.items.into_iter().map(|(_, one)| one).collect();
        Top { rows, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn omitted_rows_are_counted() {
        let mut counts = NameCounts::default();
        for name in [Some("b"), Some("a"), None, Some("b"), Some("c")] {
            counts.add(name);
        }
        let top = counts.top(2);
        assert_eq!((top.more, top.total()), (2, 4));
        let names: Vec<_> = top.rows.iter().map(|row| row.name.as_deref()).collect();
        assert_eq!(names, [Some("b"), None]);

        let mut latest = Latest::new(2);
        (1..=5).for_each(|n| latest.add(n));
        assert_eq!(
            latest.finish(),
            Top {
                rows: vec![5, 4],
                more: 3
            }
        );

        let mut greatest = Largest::new(3);
        for (at, size) in [3, 9, 1, 9, 2, 7].into_iter().enumerate() {
            greatest.add(size, || (size, at));
        }
        let top = greatest.finish();
        assert_eq!((top.rows, top.more), (vec![(9, 1), (9, 3), (7, 5)], 3));
    }

    #[test]
    fn zero_limit_keeps_nothing() {
        let mut latest = Latest::new(0);
        latest.add(1);
        assert_eq!(
            latest.finish(),
            Top {
                rows: Vec::new(),
                more: 1
            }
        );
        let mut greatest = Largest::new(0);
        greatest.add(1, || 1);
        assert_eq!(greatest.finish().total(), 1);
    }
}
