//! Lists that stay short: the greatest, the longest or the latest of many, and
//! how many there were besides.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

/// Something with how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// `null` where it is not known.
    pub name: Option<String>,
    pub count: u64,
}

/// The first of a list, and how many rows were left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top<T> {
    pub rows: Vec<T>,
    pub more: u64,
}

impl<T> Default for Top<T> {
    fn default() -> Self {
        let rows = Vec::new();
        Self { rows, more: 0 }
    }
}

impl<T> Top<T> {
    pub(super) fn cut(mut rows: Vec<T>, most: usize) -> Self {
        let more = rows.len().saturating_sub(most) as u64;
        rows.truncate(most);
        Self { rows, more }
    }

    /// How many there are with those left out.
    pub fn total(&self) -> u64 {
        self.rows.len() as u64 + self.more
    }
}

/// How often each name occurs.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<Option<String>, u64>);

impl Counts {
    pub fn add(&mut self, name: Option<&str>) {
        let name = name.map(str::to_owned);
        *self.0.entry(name).or_default() += 1;
    }

    /// Most frequent first, equal ones by name.
    pub fn finish(self) -> Vec<Count> {
        let all = self.0.into_iter();
        let mut all: Vec<Count> = all.map(|(name, count)| Count { name, count }).collect();
        all.sort_by_key(|row| std::cmp::Reverse(row.count));
        all
    }

    pub fn top(self, most: usize) -> Top<Count> {
        Top::cut(self.finish(), most)
    }
}

/// The latest few of what comes in order.
#[derive(Debug)]
pub(super) struct Latest<T> {
    most: usize,
    pub kept: VecDeque<T>,
    pub count: u64,
}

impl<T> Latest<T> {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            kept: VecDeque::new(),
            count: 0,
        }
    }

    pub fn add(&mut self, one: T) {
        self.count += 1;
        self.kept.push_back(one);
        if self.kept.len() > self.most {
            self.kept.pop_front();
        }
    }

    /// Newest first.
    pub fn finish(self) -> Top<T> {
        let more = self.count - self.kept.len() as u64;
        let rows = self.kept.into_iter().rev().collect();
        Top { rows, more }
    }
}

/// The greatest few, the first to come first among equals.
#[derive(Debug)]
pub(super) struct Greatest<T> {
    most: usize,
    kept: Vec<(u64, T)>,
    count: u64,
}

impl<T> Greatest<T> {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            kept: Vec::new(),
            count: 0,
        }
    }

    pub fn add(&mut self, size: u64, one: impl FnOnce() -> T) {
        self.count += 1;
        let at = self.kept.partition_point(|(kept, _)| *kept >= size);
        if at < self.most {
            self.kept.insert(at, (size, one()));
            self.kept.truncate(self.most);
        }
    }

    pub fn finish(self) -> Top<T> {
        let more = self.count - self.kept.len() as u64;
        let rows = self.kept.into_iter().map(|(_, one)| one).collect();
        Top { rows, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        let mut counts = Counts::default();
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

        let mut greatest = Greatest::new(3);
        for (at, size) in [3, 9, 1, 9, 2, 7].into_iter().enumerate() {
            greatest.add(size, || (size, at));
        }
        let top = greatest.finish();
        assert_eq!((top.rows, top.more), (vec![(9, 1), (9, 3), (7, 5)], 3));
    }

    #[test]
    fn none_is_none() {
        let mut latest = Latest::new(0);
        latest.add(1);
        assert_eq!(
            latest.finish(),
            Top {
                rows: Vec::new(),
                more: 1
            }
        );
        let mut greatest = Greatest::new(0);
        greatest.add(1, || 1);
        assert_eq!(greatest.finish().total(), 1);
    }
}
