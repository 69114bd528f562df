//! The tree over the events, for proofs: nodes from the stored roots of runs of
//! 256 leaves, and below them from the records themselves.

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::source::Source;
use crate::domain::fault::Fault;
use crate::domain::merkle::{Hash, SUBTREE, leaf_hash, node_hash};
use crate::domain::proof::{Nodes, range_root};
use crate::store::Result;
use crate::store::log::tampered;

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
    /// The leaves of the run that was looked at last.
    run: RefCell<(u64, Vec<Hash>)>,
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
            run: RefCell::new((u64::MAX, Vec::new())),
        })
    }

    /// The root of the whole tree.
    ///
    /// # Errors
    /// As [`Nodes::node`].
    pub fn root(&self) -> Result<Hash> {
        range_root(self, 0, self.size)
    }

    /// The leaves of one run of 256 (the last one may be shorter).
    fn leaves(&self, run: u64) -> Result<Vec<Hash>> {
        let first = run * SUBTREE + 1;
        let last = (first + SUBTREE - 1).min(self.size);
        let mut leaves = Vec::with_capacity(256);
        let mut from = first;
        for archive in self.source.read.audit_archives()? {
            self.source
                .walk(&archive, first, last, true, &mut |seq, line| {
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
}

impl Nodes for Tree<'_> {
    type Error = Fault;

    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        let missing = || Fault::internal("a node outside the tree");
        if level >= STORED {
            let at = usize::try_from(index).map_err(Fault::internal)?;
            let found = self.levels.get((level - STORED) as usize);
            return found
                .and_then(|nodes| nodes.get(at).copied())
                .ok_or_else(missing);
        }
        let first = index << level;
        let run = first / SUBTREE;
        if self.run.borrow().0 != run {
            *self.run.borrow_mut() = (run, self.leaves(run)?);
        }
        let held = self.run.borrow();
        let start = usize::try_from(first % SUBTREE).map_err(Fault::internal)?;
        let leaves = held
            .1
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
