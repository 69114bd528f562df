//! Consistency proofs: the leaves of the newer tree begin with those of the
//! older tree, unchanged and in the same order.

use super::super::merkle::{empty_root, node_hash};
use super::position::{NodePosition, Side};
use super::{NodeReader, ProofError, range_root, split_point};
use lac_model::bytes::Hash;

/// Proves that the tree of `new` leaves continues that of `old` leaves (RFC
/// 6962, section 2.1.2, "PROOF(m, D\[n\])").
///
/// At most 65 hashes. None if nothing needs to be proven (`old` is 0 or equal
/// to `new`), or if nothing can be (`old` is larger); verifiers refuse the
/// latter. Fails if a node cannot be read.
pub fn prove_consistency<N: NodeReader>(
    nodes: &N,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, N::Error> {
    let mut proof = Vec::new();
    if old == 0 || old >= new {
        return Ok(proof);
    }
    // Down to the subtree with which the older tree ends.
    let (mut lo, mut hi) = (0, new);
    while old < hi {
        let middle = split_point(lo, hi);
        if old <= middle {
            proof.push(range_root(nodes, middle, hi)?);
            hi = middle;
        } else {
            proof.push(range_root(nodes, lo, middle)?);
            lo = middle;
        }
    }
    // If that subtree is the whole older tree, the verifier has its root.
    if lo > 0 {
        proof.push(range_root(nodes, lo, hi)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the newer tree continues the older one (RFC 9162, section
/// 2.1.4.2).
///
/// The RFC does not define equal sizes and the empty tree. Here, trees of the
/// same size must have the same root, and every tree continues the empty one,
/// whose root is [`empty_root`]. In both cases the proof has no hashes.
///
/// The roots and their sizes must come from trusted checkpoints; the proof may
/// come from anybody. Refused if the newer tree is smaller, if there are too
/// few or too many hashes, or if they lead to another root of either tree.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 || old == new {
        return verify_trivial(old, old_root, new, new_root, proof);
    }
    let (start, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::TooShort)?
    };
    let mut climb = NodePosition::from_end_of_subtree(old - 1, new - 1);
    let (mut older, mut newer) = (*start, *start);
    for beside in rest {
        match climb.next_side().ok_or(ProofError::TooLong)? {
            Side::Left => {
                older = node_hash(beside, &older);
                newer = node_hash(beside, &newer);
            }
            // Nodes to the right of the older tree's end were added later.
            Side::Right => newer = node_hash(&newer, beside),
        }
    }
    if !climb.is_at_root() {
        return Err(ProofError::TooShort);
    }
    if older != *old_root {
        return Err(ProofError::OldRootMismatch);
    }
    if newer != *new_root {
        return Err(ProofError::NewRootMismatch);
    }
    Ok(())
}

/// The cases without hashes: `old` is 0 or equal to `new`.
fn verify_trivial(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if !proof.is_empty() {
        return Err(ProofError::TooLong);
    }
    if old == 0 && *old_root != empty_root() {
        return Err(ProofError::OldRootMismatch);
    }
    if old == new && old_root != new_root {
        return Err(ProofError::NewRootMismatch);
    }
    Ok(())
}

#[cfg(test)]
#[path = "consistency_tests.rs"]
mod tests;
