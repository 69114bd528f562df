//! One proof that many leaves are in a tree. The RFCs define no such proof;
//! `docs/proofs.md`, The walk, defines this one.
//!
//! The walk goes through the tree depth first, left before right, by the RFC's
//! split. A subtree without selected leaves contributes its root and is not
//! entered. A selected leaf contributes nothing, because the verifier has it.
//! The contributions, in order, are the proof. For one leaf these are the
//! hashes of an inclusion proof from left to right; for consecutive leaves
//! there are at most 126, whatever their number.

use std::iter::Peekable;

use super::super::merkle::{empty_root, node_hash};
use super::{NodeReader, range_root, split_point};
use lac_model::bytes::Hash;

/// Calls `each` with the hashes that prove the `selected` leaves to be in the
/// tree of `size` leaves, in order.
///
/// `selected` are positions below `size`, counted from 0, in ascending order;
/// otherwise the proof does not verify. The work grows with the number of
/// selected leaves and hashes, times at most the height of the tree; memory
/// only with the height. Without selected leaves the proof is the root itself,
/// for the empty tree it is empty. Fails if a node cannot be read.
pub fn prove_leaves<N: NodeReader>(
    nodes: &N,
    selected: impl Iterator<Item = u64>,
    size: u64,
    each: &mut dyn FnMut(Hash),
) -> Result<(), N::Error> {
    if size == 0 {
        return Ok(());
    }
    let selected = selected.peekable();
    let mut prover = MultiproofProver {
        nodes,
        selected,
        each,
    };
    prover.walk(0, size)?;
    debug_assert!(prover.selected.next().is_none(), "a leaf out of the tree");
    Ok(())
}

struct MultiproofProver<'a, N, S: Iterator> {
    nodes: &'a N,
    selected: Peekable<S>,
    each: &'a mut dyn FnMut(Hash),
}

impl<N: NodeReader, S: Iterator<Item = u64>> MultiproofProver<'_, N, S> {
    /// All selected leaves before `lo` have been read. So the next one, if it
    /// is before `hi`, is in `lo..hi`.
    fn walk(&mut self, lo: u64, hi: u64) -> Result<(), N::Error> {
        if self.selected.peek().is_none_or(|next| *next >= hi) {
            (self.each)(range_root(self.nodes, lo, hi)?);
            return Ok(());
        }
        if hi - lo == 1 {
            let taken = self.selected.next();
            debug_assert_eq!(taken, Some(lo), "a leaf is out of order");
            return Ok(());
        }
        let middle = split_point(lo, hi);
        self.walk(lo, middle)?;
        self.walk(middle, hi)
    }
}

/// Why no root could be computed. `E` is the error of the iterators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MultiproofError<E> {
    /// A leaf or a hash could not be read.
    #[error(transparent)]
    Read(E),
    /// A leaf is outside of the tree.
    #[error("a tree of {size} leaves has no leaf {index} (counted from 0)")]
    NoSuchLeaf {
        /// The leaf, counted from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// A leaf does not come after the one before.
    #[error("leaf {index} comes after leaf {before} (counted from 0)")]
    OutOfOrder {
        /// The leaf before, counted from 0.
        before: u64,
        /// The leaf, counted from 0.
        index: u64,
    },
    /// The hashes end too early, or leaves are missing.
    #[error("the proof has too few hashes for these leaves")]
    TooShort,
    /// Hashes are left over, or there are more leaves than the proof was made
    /// for.
    #[error("the proof has too many hashes for these leaves")]
    TooLong,
}

/// Computes the root of the tree of `size` leaves from some of its leaves, with
/// their positions counted from 0 in ascending order, and the hashes of
/// [`prove_leaves`]. Compare it with a root that you trust, of the same size:
/// if they are equal, each of the leaves is in the tree at its position. This
/// proves nothing about the other leaves.
///
/// All input may come from anybody. Both iterators are read once and in
/// parallel; memory grows only with the height of the tree. Fails with the
/// first error of an iterator, for a leaf that is outside of the tree or out of
/// order, and for too few or too many hashes.
pub fn multiproof_root<E>(
    leaves: impl Iterator<Item = Result<(u64, Hash), E>>,
    hashes: impl Iterator<Item = Result<Hash, E>>,
    size: u64,
) -> Result<Hash, MultiproofError<E>> {
    let mut verifier = MultiproofVerifier {
        leaves,
        next_leaf: None,
        hashes,
        size,
    };
    verifier.read_ahead(None)?;
    let root = match size {
        0 => empty_root(),
        _ => verifier.root(0, size)?,
    };
    match verifier.hashes.next() {
        None => Ok(root),
        Some(Ok(_)) => Err(MultiproofError::TooLong),
        Some(Err(error)) => Err(MultiproofError::Read(error)),
    }
}

struct MultiproofVerifier<L, H> {
    leaves: L,
    /// The next leaf, checked for position and order.
    next_leaf: Option<(u64, Hash)>,
    hashes: H,
    size: u64,
}

impl<E, L, H> MultiproofVerifier<L, H>
where
    L: Iterator<Item = Result<(u64, Hash), E>>,
    H: Iterator<Item = Result<Hash, E>>,
{
    /// The root over `lo..hi`, in the same order as the prover's walk.
    fn root(&mut self, lo: u64, hi: u64) -> Result<Hash, MultiproofError<E>> {
        match self.next_leaf {
            Some((index, leaf)) if index < hi => {
                if hi - lo == 1 {
                    self.read_ahead(Some(index))?;
                    return Ok(leaf);
                }
                let middle = split_point(lo, hi);
                let left = self.root(lo, middle)?;
                let right = self.root(middle, hi)?;
                Ok(node_hash(&left, &right))
            }
            _ => match self.hashes.next() {
                Some(hash) => hash.map_err(MultiproofError::Read),
                None => Err(MultiproofError::TooShort),
            },
        }
    }

    fn read_ahead(&mut self, before: Option<u64>) -> Result<(), MultiproofError<E>> {
        self.next_leaf = self
            .leaves
            .next()
            .transpose()
            .map_err(MultiproofError::Read)?;
        let Some((index, _)) = self.next_leaf else {
            return Ok(());
        };
        let size = self.size;
        if index >= size {
            return Err(MultiproofError::NoSuchLeaf { index, size });
        }
        match before {
            Some(before) if index <= before => Err(MultiproofError::OutOfOrder { before, index }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "multiproof_tests.rs"]
mod tests;
