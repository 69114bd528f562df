//! Inclusion proofs: a leaf is in a tree.

use super::super::merkle::node_hash;
use super::position::{NodePosition, Side};
use super::{NodeReader, ProofError, range_root, split_point};
use lac_model::bytes::Hash;

/// Proves that leaf `index`, counted from 0, is in the tree of `size` leaves
/// (RFC 6962, section 2.1.1, "PATH(m, D\[n\])"): the siblings on the path from
/// the leaf to the root, lowest first.
///
/// At most 64 hashes. None if there is no such leaf, which verifiers refuse.
/// Fails if a node cannot be read.
pub fn prove_inclusion<N: NodeReader>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, N::Error> {
    let mut path = Vec::new();
    if index >= size {
        return Ok(path);
    }
    let (mut lo, mut hi) = (0, size);
    while hi - lo > 1 {
        let middle = split_point(lo, hi);
        if index < middle {
            path.push(range_root(nodes, middle, hi)?);
            hi = middle;
        } else {
            path.push(range_root(nodes, lo, middle)?);
            lo = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Checks that `leaf` is leaf `index`, counted from 0, of the tree with this
/// size and root (RFC 9162, section 2.1.3.2).
///
/// Size and root must come from the same trusted checkpoint; proof and index
/// may come from anybody. Refused if there is no such leaf, if there are too
/// few or too many hashes, or if they lead to another root.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let mut climb = NodePosition::new(index, size - 1);
    let mut reached = *leaf;
    for beside in proof {
        reached = match climb.next_side().ok_or(ProofError::TooLong)? {
            Side::Left => node_hash(beside, &reached),
            Side::Right => node_hash(&reached, beside),
        };
    }
    if !climb.is_at_root() {
        return Err(ProofError::TooShort);
    }
    if reached != *root {
        return Err(ProofError::RootMismatch);
    }
    Ok(())
}

#[cfg(test)]
#[path = "inclusion_tests.rs"]
mod tests;
