//! The Merkle tree of RFC 6962, section 2.1, with SHA-256, as a frontier:
//! appending takes a few hashes, whatever the size of the log.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

pub use lac_model::bytes::Hash;

/// Number of leaves under one stored subtree root.
pub const SUBTREE_SIZE: u64 = 256;
const SUBTREE_LEVEL: u32 = SUBTREE_SIZE.trailing_zeros();

/// The root of a tree without leaves: SHA-256 of nothing (RFC 6962).
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The leaf of one record: SHA-256(0x00 ‖ record) (RFC 6962).
pub fn leaf_hash(record: &[u8]) -> Hash {
    if record.len() < SHORT {
        return hash_short::<BLOCKS_OF_RECORD>(0x00, &[record]);
    }
    let hash = Sha256::new().chain_update([0x00]).chain_update(record);
    hash.finalize().into()
}

/// The parent of two nodes: SHA-256(0x01 ‖ left ‖ right) (RFC 6962).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash_short::<2>(0x01, &[left, right])
}

/// The commitment to a part of an event: SHA-256(0x02 ‖ salt ‖ part).
///
/// The salt is erased with the part, so that nobody can confirm a guess about
/// it. The prefix makes it different from every leaf and node.
pub fn commitment(salt: &[u8; 32], part: &[u8]) -> Hash {
    if part.len() < 4 * BLOCK - 48 {
        return hash_short::<4>(0x02, &[salt, part]);
    }
    let hash = Sha256::new().chain_update([0x02]);
    hash.chain_update(salt).chain_update(part).finalize().into()
}

/// The block of SHA-256 in bytes.
const BLOCK: usize = 64;
/// As many blocks as most records have.
const BLOCKS_OF_RECORD: usize = 12;
/// Shorter records fit into so many blocks, with what is added to them.
const SHORT: usize = BLOCKS_OF_RECORD * BLOCK - 16;

/// SHA-256(prefix ‖ parts), of at most `BLOCKS` blocks. A verification hashes
/// millions of short texts, and collecting the blocks here takes less time than
/// a hasher that is ready for more.
fn hash_short<const BLOCKS: usize>(prefix: u8, parts: &[&[u8]]) -> Hash {
    let mut blocks = [[0; BLOCK]; BLOCKS];
    let bytes = blocks.as_flattened_mut();
    bytes[0] = prefix;
    let mut length = 1;
    for part in parts {
        bytes[length..length + part.len()].copy_from_slice(part);
        length += part.len();
    }
    // FIPS 180-4, section 5.1.1: a bit, zeros, and the length in bits.
    bytes[length] = 0x80;
    let used = (length + 9).div_ceil(BLOCK);
    let bits = (length as u64 * 8).to_be_bytes();
    bytes[used * BLOCK - bits.len()..used * BLOCK].copy_from_slice(&bits);
    let mut state = INITIAL;
    compress256(&mut state, &blocks[..used]);
    let mut hash = [0; 32];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

/// The initial hash value of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Why a frontier was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// The nodes do not have the length that a tree of that size has.
    #[error("a tree of {size} leaves has {expected} bytes of frontier, not {found}")]
    Length {
        /// Leaves in the tree.
        size: u64,
        /// Bytes that a frontier of that size has.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A subtree of 256 leaves can only follow a multiple of 256 leaves.
    #[error("a subtree of 256 leaves cannot follow {size} leaves")]
    Unaligned {
        /// Leaves in the tree.
        size: u64,
    },
}

/// The roots of the complete subtrees that make up the tree, largest first: one
/// for each bit set in the number of leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Restores a frontier from [`size`](Self::size) and
    /// [`nodes_bytes`](Self::nodes_bytes). `nodes` must have 32 bytes for each
    /// bit set in `size`.
    pub fn from_parts(size: u64, nodes: &[u8]) -> Result<Self, FrontierError> {
        let expected = size.count_ones() as usize * size_of::<Hash>();
        let (hashes, rest) = nodes.as_chunks();
        if nodes.len() != expected || !rest.is_empty() {
            let found = nodes.len();
            return Err(FrontierError::Length {
                size,
                expected,
                found,
            });
        }
        Ok(Self {
            size,
            nodes: hashes.to_vec(),
        })
    }

    /// The nodes, concatenated, largest subtree first.
    pub fn nodes_bytes(&self) -> Vec<u8> {
        self.nodes.concat()
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf, made by [`leaf_hash`]. If it completes an aligned
    /// subtree of 256 leaves, returns the root of the subtree: store it for
    /// [`push_subtree`](Self::push_subtree).
    pub fn push(&mut self, leaf: Hash) -> Option<Hash> {
        self.size += 1;
        self.merge(leaf, self.size.trailing_zeros(), SUBTREE_LEVEL)
    }

    /// Appends 256 leaves at once, given the root that [`push`](Self::push)
    /// returned for them. The size must be a multiple of 256.
    pub fn push_subtree(&mut self, root_of_256: Hash) -> Result<(), FrontierError> {
        if !self.size.is_multiple_of(SUBTREE_SIZE) {
            return Err(FrontierError::Unaligned { size: self.size });
        }
        self.size += SUBTREE_SIZE;
        self.merge(root_of_256, self.size.trailing_zeros() - SUBTREE_LEVEL, 0);
        Ok(())
    }

    /// The tree's root (RFC 6962, "Merkle Tree Hash").
    pub fn root(&self) -> Hash {
        let smallest_first = self.nodes.iter().rev().copied();
        smallest_first
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }

    /// Adds `node`, joined `times` times with its left neighbour, as a binary
    /// counter carries. Returns the node after `watched` joins.
    fn merge(&mut self, mut node: Hash, times: u32, watched: u32) -> Option<Hash> {
        let mut result = None;
        for joins in 1..=times {
            let Some(left) = self.nodes.pop() else { break };
            node = node_hash(&left, &node);
            if joins == watched {
                result = Some(node);
            }
        }
        self.nodes.push(node);
        result
    }
}

#[cfg(test)]
#[path = "merkle_tests.rs"]
mod tests;
