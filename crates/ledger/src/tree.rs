//! The tree over the events, for proofs: nodes from the stored roots of runs of
//! 256 leaves, and below them from the records themselves.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::ControlFlow;

use super::source::Source;
use crate::fault::tampered;
use crate::merkle::{SUBTREE, leaf_hash, node_hash};
use crate::proof::{Nodes, range_root};
use crate::root::after_archive;
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, Result};

/// The root when the log had `size` events, wherever they are kept.
///
/// # Errors
/// `log_tampered`, `archive_missing`.
pub fn root_at(source: Source<'_>, size: u64) -> Result<Hash> {
    Tree::new(source, size)?.root()
}

/// The level of the stored roots.
const STORED: u32 = SUBTREE.trailing_zeros();

/// The tree of the first `size` events.
pub struct Tree<'s> {
    source: Source<'s>,
    size: u64,
    /// The complete nodes from [`STORED`] upwards.
    levels: Vec<Vec<Hash>>,
    archives: Vec<ArchiveRow>,
    /// What is kept of the tree where archives end, by level and index.
    kept: HashMap<(u32, u64), Hash>,
    run: RefCell<Run>,
}

impl std::fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl<'s> Tree<'s> {
    /// # Errors
    /// `log_tampered` where stored roots are missing.
    pub fn new(source: Source<'s>, size: u64) -> Result<Self> {
        let stored = source.read.audit_subtrees(size / SUBTREE)?;
        if stored.len() as u64 != size / SUBTREE {
            return Err(tampered("a stored subtree root is missing"));
        }
        let archives = source.read.audit_archives()?;
        let mut levels = vec![stored];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let pairs = below.as_chunks::<2>().0;
            let above = pairs.iter().map(|[left, right]| node_hash(left, right));
            levels.push(above.collect());
        }
        Ok(Self {
            source,
            size,
            levels,
            kept: kept(&archives)?,
            archives,
            run: RefCell::new(Run {
                from: u64::MAX,
                leaves: Vec::new(),
            }),
        })
    }

    /// The root of the whole tree.
    ///
    /// # Errors
    /// As [`Nodes::node`].
    pub fn root(&self) -> Result<Hash> {
        range_root(self, 0, self.size)
    }

    /// The leaves of one run of 256 (the last one may be shorter), from
    /// `first` on, which is the run's own or lies behind an archive's end.
    fn leaves(&self, first: u64, run: u64) -> Result<Vec<Hash>> {
        let last = ((run + 1) * SUBTREE).min(self.size);
        let mut leaves = Vec::with_capacity(256);
        let mut from = first;
        for archive in self.archives.iter().filter(|archive| archive.last >= first) {
            self.source
                .walk(archive, first, last, true, &mut |seq, line| {
                    leaves.push(line.whole()?.leaf());
                    from = seq + 1;
                    Ok(ControlFlow::Continue(()))
                })?;
        }
        if from <= last {
            self.source
                .read
                .audit_records(from, last, &mut |_, record| {
                    leaves.push(leaf_hash(record));
                    Ok(())
                })?;
        }
        if leaves.len() as u64 != last + 1 - first {
            return Err(tampered(format!(
                "events between {first} and {last} are missing"
            )));
        }
        Ok(leaves)
    }

    /// A node below the stored roots, out of leaves from `from` on (counted
    /// from 0).
    fn low(&self, level: u32, index: u64, from: u64) -> Result<Hash> {
        let missing = || Fault::internal("a node outside the tree");
        let first = index << level;
        let run = first / SUBTREE;
        if self.run.borrow().from != from {
            let leaves = self.leaves(from + 1, run)?;
            *self.run.borrow_mut() = Run { from, leaves };
        }
        let held = self.run.borrow();
        let start = usize::try_from(first - from).map_err(Fault::internal)?;
        let leaves = held
            .leaves
            .get(start..start + (1 << level))
            .ok_or_else(missing)?;
        let mut nodes = leaves.to_vec();
        while nodes.len() > 1 {
            let pairs = nodes.as_chunks::<2>().0;
            nodes = pairs
                .iter()
                .map(|[left, right]| node_hash(left, right))
                .collect();
        }
        nodes.pop().ok_or_else(missing)
    }
}

/// Leaves that were looked at last, from this one on (counted from 0).
struct Run {
    from: u64,
    leaves: Vec<Hash>,
}

/// The nodes that are kept of the tree where archives end.
fn kept(archives: &[ArchiveRow]) -> Result<HashMap<(u32, u64), Hash>> {
    let mut nodes = HashMap::new();
    for archive in archives {
        let frontier = after_archive(archive)?.nodes_bytes();
        let mut hashes = frontier.as_chunks::<32>().0.iter();
        let mut from = 0;
        for level in (0..u64::BITS)
            .rev()
            .filter(|bit| archive.last >> bit & 1 == 1)
        {
            if let Some(hash) = hashes.next() {
                nodes.insert((level, from >> level), *hash);
            }
            from += 1 << level;
        }
    }
    Ok(nodes)
}

impl Nodes for Tree<'_> {
    type Error = Fault;

    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        if level >= STORED {
            let missing = || Fault::internal("a node outside the tree");
            let at = usize::try_from(index).map_err(Fault::internal)?;
            let found = self.levels.get((level - STORED) as usize);
            return found
                .and_then(|nodes| nodes.get(at).copied())
                .ok_or_else(missing);
        }
        if let Some(node) = self.kept.get(&(level, index)) {
            return Ok(*node);
        }
        let (first, beyond) = (index << level, (index + 1) << level);
        let start = first / SUBTREE * SUBTREE;
        // Where an archive ends within a run, what is behind it needs no file.
        let end = self.archives.iter().map(|archive| archive.last).rev();
        let end = end
            .into_iter()
            .find(|end| (start + 1..start + SUBTREE).contains(end));
        match end {
            Some(end) if first >= end => self.low(level, index, end),
            Some(end) if beyond > end && level > 0 => {
                let left = self.node(level - 1, index * 2)?;
                Ok(node_hash(&left, &self.node(level - 1, index * 2 + 1)?))
            }
            _ => self.low(level, index, start),
        }
    }
}
