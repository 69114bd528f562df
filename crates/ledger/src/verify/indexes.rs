//! Checks that the database's indexes list every row: an index changed to hide
//! a row would keep it out of every filter that uses the index.
//!
//! For each index, the keyed hashes of its entries are added up twice, from the
//! rows and from the index. The key is random for each verification, so nobody
//! can change the index in a way that keeps the sum.

use std::collections::HashMap;

use super::Findings;
use lac_model::environment::{self, Random};
use lac_store::{Cell, EventCells, EventIndex, ReadTx, Result};

/// Number of parts of the log with a sum each, to locate a difference.
const SUM_PARTS: u64 = 1024;
/// The most differing events that are named.
const MAX_NAMED: usize = 5;

/// The random key of one verification.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexHashKey([u64; 4]);

impl IndexHashKey {
    pub(super) fn new(random: &dyn Random) -> Self {
        let bytes: [u8; 32] = environment::random_bytes(random);
        let (words, _) = bytes.as_chunks::<8>();
        Self(std::array::from_fn(|at| u64::from_le_bytes(words[at])))
    }

    /// A keyed hash of an entry. Nobody can choose entries by it, because the
    /// key is made when the log is verified and never leaves the process.
    /// Therefore a few multiplications are enough.
    #[inline]
    fn hash(&self, cell: Cell<'_>, seq: i64) -> u64 {
        let [a, b, c, d] = self.0;
        let (kind, value) = match cell {
            Cell::Null => (0, 0),
            Cell::Integer(number) => (1, number.cast_unsigned()),
            Cell::Real(number) => (2, number.to_bits()),
            Cell::Text(bytes) => (3, self.hash_bytes(bytes)),
            Cell::Blob(bytes) => (4, self.hash_bytes(bytes)),
        };
        let value = multiply(value ^ a, b.wrapping_add(kind));
        let entry = multiply(value ^ c, seq.cast_unsigned() ^ d);
        // Entries are added up: no sum may follow from other sums.
        multiply(entry ^ b, a | 1)
    }

    #[inline]
    fn hash_bytes(&self, bytes: &[u8]) -> u64 {
        let [_, b, c, d] = self.0;
        let word = |block: &[u8; 16], at: usize| {
            u64::from_le_bytes(std::array::from_fn(|byte| block[at + byte]))
        };
        let mut state = d ^ bytes.len() as u64;
        let (blocks, rest) = bytes.as_chunks::<16>();
        for block in blocks {
            state = multiply(word(block, 0) ^ b, word(block, 8) ^ state);
        }
        let mut last = [0; 16];
        last[..rest.len()].copy_from_slice(rest);
        multiply(word(&last, 0) ^ c, word(&last, 8) ^ state)
    }
}

/// Both halves of the product, combined.
#[inline]
fn multiply(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            for (at, byte) in (0..=u8::MAX).zip(buffer) {
                *byte = at.wrapping_mul(89) ^ self.0;
            }
        }
    }

    #[test]
    fn every_part_of_an_entry_counts() {
        let key = IndexHashKey::new(&Fixed(1));
        let long = [7; 40];
        let texts: Vec<&[u8]> = (0..=40).map(|length| &long[..length]).collect();
        let mut cells = vec![Cell::Null, Cell::Real(1.0)];
        cells.extend((-50..50).map(Cell::Integer));
        cells.extend(texts.iter().map(|text| Cell::Text(text)));
        cells.extend(texts.iter().map(|text| Cell::Blob(text)));
        cells.extend([&b"a"[..], b"b", b"a\0"].map(Cell::Text));
        let entries = cells
            .iter()
            .flat_map(|cell| (1..50).map(|seq| (*cell, seq)));
        let hashes: HashSet<u64> = entries.map(|(cell, seq)| key.hash(cell, seq)).collect();
        assert_eq!(hashes.len(), cells.len() * 49);
        let of = |key: u8| IndexHashKey::new(&Fixed(key)).hash(Cell::Text(b"ann"), 5);
        assert_ne!(of(1), of(2));
    }

    /// Exchanged values keep every value and every seq.
    #[test]
    fn exchanged_values_change_the_sum() {
        let key = IndexHashKey::new(&Fixed(3));
        let sum = |entries: &[(i64, i64)]| {
            let hashes = entries
                .iter()
                .map(|(value, seq)| key.hash(Cell::Integer(*value), *seq));
            hashes.fold(0, u64::wrapping_add)
        };
        for value in 0..100 {
            for seq in 1..100 {
                let one = sum(&[(value, seq), (value + 1, seq + 1)]);
                assert_ne!(one, sum(&[(value + 1, seq), (value, seq + 1)]));
            }
        }
    }
}
