//! Proofs over the Merkle tree (RFC 6962, section 2.1): that a leaf is in a
//! tree ([`prove_inclusion`]), that a tree continues an older one
//! ([`prove_consistency`]), and that many leaves are in a tree
//! ([`prove_leaves`]).
//!
//! Leaves are counted from 0, as in the RFC: event `seq` is leaf `seq - 1`. To
//! make a proof, implement [`NodeReader`]. To check one, you only need sizes
//! and roots from checkpoints that you trust. Always use a size and a root of
//! the same checkpoint: a root alone does not say how many leaves its tree has.

mod consistency;
mod inclusion;
mod multiproof;
mod position;

pub use consistency::{prove_consistency, verify_consistency};
pub use inclusion::{prove_inclusion, verify_inclusion};
pub use multiproof::{MultiproofError, multiproof_root, prove_leaves};

use super::merkle::{empty_root, node_hash};
use lac_model::bytes::Hash;

/// Reads the nodes of a tree.
///
/// Only complete subtrees are read. They are the same in every tree that is
/// large enough to have them, so they can be stored once.
pub trait NodeReader {
    /// Why a node could not be read.
    type Error;

    /// The root over the leaves `index << level .. (index + 1) << level`; on
    /// level 0 the leaf `index` itself. Only called for nodes inside of the
    /// tree.
    ///
    /// # Errors
    /// Any failure to read the node; it ends the proof.
    fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The root over the leaves `lo..hi` (RFC 6962, section 2.1,
/// "MTH(D\[lo:hi\])"), from at most 64 nodes.
///
/// `lo..hi` must be a range that the RFC's split of a tree produces: `lo` is a
/// multiple of every power of two up to `hi - lo`. `0..size` gives the root of
/// the tree, an empty range [`empty_root`].
pub fn range_root<N: NodeReader>(nodes: &N, lo: u64, hi: u64) -> Result<Hash, N::Error> {
    let Some(level) = hi.saturating_sub(lo).checked_ilog2() else {
        return Ok(empty_root());
    };
    debug_assert!(lo.trailing_zeros() >= level, "{lo}..{hi} is not aligned");
    let left = nodes.node(level, lo >> level)?;
    let middle = lo + (1 << level);
    if middle == hi {
        return Ok(left);
    }
    let right = range_root(nodes, middle, hi)?;
    Ok(node_hash(&left, &right))
}

/// Where the RFC splits the leaves `lo..hi` (two or more): after the largest
/// power of two that is smaller than their number.
fn split_point(lo: u64, hi: u64) -> u64 {
    lo + (1 << (hi - lo - 1).ilog2())
}

/// Why a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf is outside of the tree.
    #[error("a tree of {size} leaves has no leaf {index} (counted from 0)")]
    NoSuchLeaf {
        /// The leaf, counted from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The newer tree is smaller.
    #[error("a tree of {new} leaves cannot continue one of {old}")]
    Shrunk {
        /// Leaves in the older tree.
        old: u64,
        /// Leaves in the newer tree.
        new: u64,
    },
    /// The hashes end below the root.
    #[error("the proof has too few hashes")]
    TooShort,
    /// The hashes continue above the root.
    #[error("the proof has too many hashes")]
    TooLong,
    /// The hashes lead to a root that is not the tree's.
    #[error("the proof does not lead to the root of the tree")]
    RootMismatch,
    /// The hashes lead to a root that is not the older tree's.
    #[error("the proof does not lead to the root of the older tree")]
    OldRootMismatch,
    /// The hashes lead to a root that is not the newer tree's.
    #[error("the proof does not lead to the root of the newer tree")]
    NewRootMismatch,
}

#[cfg(test)]
mod testing;

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
