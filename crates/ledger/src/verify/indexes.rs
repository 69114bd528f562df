//! Checks that the database's indexes list every row: an index changed to hide
//! a row would keep it out of every filter that uses the index.
//!
//! For each index, the keyed hashes of its entries are added up twice, from the
//! rows and from the index. The key is random for each verification, so nobody
//! can change the index in a way that keeps the sum.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use super::Findings;
use lac_model::environment::{self, Random};
use lac_store::{Cell, EventCells, EventIndex, ReadTx, Result};

/// Number of parts of the log with a sum each, to locate a difference.
const SUM_PARTS: u64 = 1024;
/// The most differing events that are named.
const MAX_NAMED: usize = 5;

/// The random key of one verification.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexHashKey([u8; 16]);

impl IndexHashKey {
    pub(super) fn new(random: &dyn Random) -> Self {
        Self(environment::random_bytes(random))
    }

    fn hash(&self, cell: Cell<'_>, seq: i64) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.0);
        match cell {
            Cell::Null => hasher.write_u8(0),
            Cell::Integer(number) => {
                hasher.write_u8(1);
                hasher.write_i64(number);
            }
            Cell::Real(number) => {
                hasher.write_u8(2);
                hasher.write_u64(number.to_bits());
            }
            Cell::Text(bytes) => {
                hasher.write_u8(3);
                hasher.write(bytes);
            }
            Cell::Blob(bytes) => {
                hasher.write_u8(4);
                hasher.write(bytes);
            }
        }
        hasher.write_i64(seq);
        hasher.finish()
    }
}

/// The sums of every index, each by part of the log.
#[derive(Debug, Clone)]
pub(super) struct IndexSums {
    key: IndexHashKey,
    range: [u64; 2],
    width: u64,
    /// In the order of [`EventIndex::ALL`].
    per_index: [Vec<u64>; EventIndex::ALL.len()],
}

/// The same sums, from the indexes.
#[derive(Debug)]
pub(super) struct IndexScan {
    sums: IndexSums,
    is_sorted: bool,
    /// Whether looking up a value finds the same entries.
    pub(super) is_proven: bool,
}

impl IndexSums {
    /// For the events `first` to `last`, inclusive.
    pub(super) fn new(key: IndexHashKey, [first, last]: [u64; 2]) -> Self {
        let width = (last.saturating_sub(first) + 1).div_ceil(SUM_PARTS).max(1);
        let parts = usize::try_from(SUM_PARTS).unwrap_or(0) + 1;
        Self {
            key,
            range: [first, last],
            width,
            per_index: std::array::from_fn(|_| vec![0; parts]),
        }
    }

    fn part(&self, seq: i64) -> usize {
        let at = seq.cast_unsigned().saturating_sub(self.range[0]) / self.width;
        usize::try_from(at.min(SUM_PARTS)).unwrap_or(0)
    }

    /// Adds a row to every index that lists it: the one on `admin` lists all
    /// rows, the others those with a value.
    pub(super) fn add_row(&mut self, seq: u64, cells: &EventCells<'_>) {
        let seq = seq.cast_signed();
        let part = self.part(seq);
        for (sums, index) in self.per_index.iter_mut().zip(EventIndex::ALL) {
            let cell = index.key(cells);
            if index.covers(cell) {
                sums[part] = sums[part].wrapping_add(self.key.hash(cell, seq));
            }
        }
    }

    /// Adds the sums of another thread.
    pub(super) fn merge(&mut self, other: &Self) {
        let all = self.per_index.iter_mut().flatten();
        for (sum, more) in all.zip(other.per_index.iter().flatten()) {
            *sum = sum.wrapping_add(*more);
        }
    }

    /// Computes the sums from the indexes. The sums of `self` must be zero.
    pub(super) fn scan_indexes(mut self, read: &dyn ReadTx) -> Result<IndexScan> {
        let mut sums = self.clone();
        let is_proven = read.audit_all_index_entries(self.range, &mut |index, cell, seq| {
            sums.add_entry(index, cell, seq);
            Ok(())
        })?;
        if is_proven {
            return Ok(IndexScan {
                sums,
                is_sorted: true,
                is_proven,
            });
        }
        let mut is_sorted = true;
        for index in EventIndex::ALL {
            let mut last = IndexEntry::default();
            read.audit_index_entries(index, self.range, &mut |cell, seq| {
                is_sorted &= last.is_before(cell, seq);
                self.add_entry(index, cell, seq);
                Ok(())
            })?;
        }
        Ok(IndexScan {
            sums: self,
            is_sorted,
            is_proven,
        })
    }

    fn add_entry(&mut self, index: EventIndex, cell: Cell<'_>, seq: i64) {
        let part = self.part(seq);
        let sum = &mut self.per_index[index.position()][part];
        *sum = sum.wrapping_add(self.key.hash(cell, seq));
    }

    /// Adds a finding for each index whose sums differ from those of the rows.
    pub(super) fn compare(
        &self,
        listed: &IndexScan,
        read: &dyn ReadTx,
        findings: &mut Findings,
    ) -> Result<()> {
        if !listed.is_sorted {
            findings.add_log("an index is not sorted, so searches can miss events");
        }
        for index in EventIndex::ALL {
            let [sums, found] = [self, &listed.sums].map(|side| &side.per_index[index.position()]);
            let differing = sums.iter().zip(found).position(|(a, b)| a != b);
            if let Some(part) = differing {
                self.explain(read, index, part, findings)?;
            }
        }
        Ok(())
    }

    /// Names events that an index and the rows differ on.
    fn explain(
        &self,
        read: &dyn ReadTx,
        index: EventIndex,
        part: usize,
        findings: &mut Findings,
    ) -> Result<()> {
        let mut entries: HashMap<i64, u64> = HashMap::new();
        read.audit_index_entries(index, self.range, &mut |cell, seq| {
            if self.part(seq) == part {
                let sum = entries.entry(seq).or_default();
                *sum = sum.wrapping_add(self.key.hash(cell, seq));
            }
            Ok(())
        })?;
        let first = self.range[0] + part as u64 * self.width;
        let mut named = 0;
        read.audit_cells(first, first + self.width - 1, &mut |cells| {
            let Cell::Integer(seq) = cells.seq else {
                return Ok(());
            };
            let cell = index.key(cells);
            let wanted = index.covers(cell).then(|| self.key.hash(cell, seq));
            if entries.remove(&seq) != wanted && named < MAX_NAMED {
                named += 1;
                findings.add_event(
                    seq.cast_unsigned(),
                    "an index does not list it as it is stored",
                );
            }
            Ok(())
        })?;
        let mut invented: Vec<i64> = entries.into_keys().collect();
        invented.sort_unstable();
        for seq in invented.into_iter().take(MAX_NAMED) {
            findings.add_event(
                seq.cast_unsigned(),
                "an index lists it, and it is not stored",
            );
        }
        if named == 0 {
            findings.add_log("an index does not list what is stored");
        }
        Ok(())
    }
}

/// The entry of an index before the current one.
#[derive(Debug, Default)]
struct IndexEntry {
    /// SQL's order of types: null, number, text, blob; 0 before the first
    /// entry.
    kind: u8,
    number: i64,
    bytes: Vec<u8>,
    seq: i64,
}

impl IndexEntry {
    /// Whether the next entry comes after this one in SQL's order (by key, then
    /// `seq`). The next entry then replaces this one.
    fn is_before(&mut self, cell: Cell<'_>, seq: i64) -> bool {
        let (kind, number, bytes): (u8, i64, &[u8]) = match cell {
            Cell::Null => (1, 0, &[]),
            Cell::Integer(number) => (2, number, &[]),
            // Reported with the rows: no column may have one.
            Cell::Real(_) => (2, self.number, &[]),
            Cell::Text(bytes) => (3, 0, bytes),
            Cell::Blob(bytes) => (4, 0, bytes),
        };
        let is_before = (self.kind, self.number, self.bytes.as_slice(), self.seq)
            < (kind, number, bytes, seq)
            || self.kind == 0;
        (self.kind, self.number, self.seq) = (kind, number, seq);
        if self.bytes != bytes {
            self.bytes.clear();
            self.bytes.extend_from_slice(bytes);
        }
        is_before
    }
}
