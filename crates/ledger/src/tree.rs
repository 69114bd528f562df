//! Reads the tree's nodes for proofs: from the stored roots of 256 leaves, and
//! below them from the records.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::ControlFlow;

use super::source::EventSource;
use crate::fault::log_tampered;
use crate::merkle::{SUBTREE_SIZE, leaf_hash, node_hash};
use crate::proof::{NodeReader, range_root};
use crate::root::frontier_after_archive;
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, Result};

/// The root of the tree of the first `size` events, in the database or in
/// archives. `archive_missing` if it needs an archive that is not there.
pub fn root_at(source: EventSource<'_>, size: u64) -> Result<Hash> {
    EventTree::new(source, size)?.root()
}

/// The level of the stored roots.
const STORED_LEVEL: u32 = SUBTREE_SIZE.trailing_zeros();

/// The tree of the first `size` events: a [`NodeReader`] over database and
/// archives.
pub struct EventTree<'s> {
    source: EventSource<'s>,
    size: u64,
    /// The nodes of complete subtrees, from [`STORED_LEVEL`] up.
    levels: Vec<Vec<Hash>>,
    archives: Vec<ArchiveRow>,
    /// The stored frontier after each archive, by level and index.
    boundary_nodes: HashMap<(u32, u64), Hash>,
    last_run: RefCell<LeafRun>,
}

impl<'s> EventTree<'s> {
    /// `size` is at most that of the head. `log_tampered` if a subtree root is
    /// missing.
    pub fn new(source: EventSource<'s>, size: u64) -> Result<Self> {
        let stored = source.tx.audit_subtrees(size / SUBTREE_SIZE)?;
        if stored.len() as u64 != size / SUBTREE_SIZE {
            return Err(log_tampered("a stored subtree root is missing"));
        }
        let archives = source.tx.audit_archives()?;
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
            boundary_nodes: boundary_nodes(&archives)?,
            archives,
            last_run: RefCell::new(LeafRun {
                from: u64::MAX,
                leaves: Vec::new(),
            }),
        })
    }

    /// The root of the whole tree.
    pub fn root(&self) -> Result<Hash> {
        range_root(self, 0, self.size)
    }

    /// The leaves of run number `run` (of 256; the last one may be shorter),
    /// beginning with event `first`: the run's first event, or the first one
    /// after an archive.
    fn run_leaves(&self, first: u64, run: u64) -> Result<Vec<Hash>> {
        let last = ((run + 1) * SUBTREE_SIZE).min(self.size);
        let mut leaves = Vec::with_capacity(256);
        let mut from = first;
        for archive in self.archives.iter().filter(|archive| archive.last >= first) {
            self.source
                .for_each_archived(archive, first, last, true, &mut |seq, line| {
                    leaves.push(line.restore()?.leaf());
                    from = seq + 1;
                    Ok(ControlFlow::Continue(()))
                })?;
        }
        if from <= last {
            self.source.tx.audit_records(from, last, &mut |_, record| {
                leaves.push(leaf_hash(record));
                Ok(())
            })?;
        }
        if leaves.len() as u64 != last + 1 - first {
            return Err(log_tampered(format!(
                "events between {first} and {last} are missing"
            )));
        }
        Ok(leaves)
    }

    /// Computes a node below the stored roots from the leaves from `from` on
    /// (counted from 0).
    fn node_below_stored(&self, level: u32, index: u64, from: u64) -> Result<Hash> {
        let missing = || Fault::internal("a node outside the tree");
        let first = index << level;
        let run = first / SUBTREE_SIZE;
        if self.last_run.borrow().from != from {
            let leaves = self.run_leaves(from + 1, run)?;
            *self.last_run.borrow_mut() = LeafRun { from, leaves };
        }
        let held = self.last_run.borrow();
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

/// The leaves that were read last, from leaf `from` on (counted from 0).
struct LeafRun {
    from: u64,
    leaves: Vec<Hash>,
}

/// The nodes of the frontiers that are stored with the archives.
fn boundary_nodes(archives: &[ArchiveRow]) -> Result<HashMap<(u32, u64), Hash>> {
    let mut nodes = HashMap::new();
    for archive in archives {
        let frontier = frontier_after_archive(archive)?.nodes_bytes();
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

impl NodeReader for EventTree<'_> {
    type Error = Fault;

    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        if level >= STORED_LEVEL {
            let missing = || Fault::internal("a node outside the tree");
            let at = usize::try_from(index).map_err(Fault::internal)?;
            let found = self.levels.get((level - STORED_LEVEL) as usize);
            return found
                .and_then(|nodes| nodes.get(at).copied())
                .ok_or_else(missing);
        }
        if let Some(node) = self.boundary_nodes.get(&(level, index)) {
            return Ok(*node);
        }
        let (first, beyond) = (index << level, (index + 1) << level);
        let start = first / SUBTREE_SIZE * SUBTREE_SIZE;
        // If an archive ends within a run, nodes after its end do not need the
        // file.
        let end = self.archives.iter().map(|archive| archive.last).rev();
        let end = end
            .into_iter()
            .find(|end| (start + 1..start + SUBTREE_SIZE).contains(end));
        match end {
            Some(end) if first >= end => self.node_below_stored(level, index, end),
            Some(end) if beyond > end && level > 0 => {
                let left = self.node(level - 1, index * 2)?;
                Ok(node_hash(&left, &self.node(level - 1, index * 2 + 1)?))
            }
            _ => self.node_below_stored(level, index, start),
        }
    }
}
