//! That many leaves are in a tree, with one proof for all of them.
//!
//! The RFCs have no such proof; this is ours, over their tree. The tree is
//! walked depth first, left before right, by the RFC's split. A subtree without
//! any selected leaf contributes its root, and is not entered; a selected leaf
//! contributes nothing, since whoever checks has it. What is contributed, in
//! the order of the walk, is the proof. For a single leaf these are the hashes
//! of the proof of RFC 6962, section 2.1.1, from left to right; for the leaves
//! of one range they are at most 126, however many leaves it has.

use std::iter::Peekable;

use super::super::merkle::{empty_root, node_hash};
use super::{NodeReader, range_root, split_point};
use lac_model::bytes::Hash;

/// Gives `each` the hashes that prove the `selected` leaves to be in the tree
/// of `size` leaves, one after the other.
///
/// `selected` are positions below `size`, counted from 0, each larger than the
/// one before; anything else makes a proof that does not check. The work is in
/// proportion to the leaves selected and the hashes given, times the height of
/// the tree at most, and nothing is kept beyond that height. Without selected
/// leaves the proof is the root itself; for the empty tree it is nothing.
/// Fails when a node cannot be read.
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
    /// All selected leaves before `lo` are taken; therefore the next one, when
    /// it is before `hi`, is within `lo..hi`.
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

/// Why no root could be computed from leaves and a proof. `E` is why one of
/// them could not be read.
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
    /// A leaf is not after the one before.
    #[error("leaf {index} comes after leaf {before} (counted from 0)")]
    OutOfOrder {
        /// The leaf before, counted from 0.
        before: u64,
        /// The leaf, counted from 0.
        index: u64,
    },
    /// The hashes end before the tree does; or leaves are missing, in whose
    /// place more hashes would be needed.
    #[error("the proof has too few hashes for these leaves")]
    TooShort,
    /// The hashes go on after the tree has ended; or there are more leaves than
    /// the proof was made for.
    #[error("the proof has too many hashes for these leaves")]
    TooLong,
}

/// Computes the root of the tree of `size` leaves from some of its leaves, each
/// with its position counted from 0, and the hashes that [`multi`] gave for
/// them. That root is to be compared with one that is known: when they are the
/// same, each of the leaves is in the tree at its position. Nothing is said of
/// the leaves left out.
///
/// Any input is answered. Both iterators are read side by side, once, and
/// nothing of them is kept beyond the height of the tree. Fails with the first
/// error of an iterator, for a leaf out of the tree or out of order, and when
/// there are too few or too many hashes for these leaves.
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
    /// The next leaf: inside of the tree, and after those already taken.
    next_leaf: Option<(u64, Hash)>,
    hashes: H,
    size: u64,
}

impl<E, L, H> MultiproofVerifier<L, H>
where
    L: Iterator<Item = Result<(u64, Hash), E>>,
    H: Iterator<Item = Result<Hash, E>>,
{
    /// The root over `lo..hi`, on the walk of [`Prover::walk`].
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
