//! Trees for the tests of proofs, in this implementation and in another one.

use std::sync::LazyLock;

use proptest::prelude::*;
use tlog_tiles::{HashReader, split_stored_hash_index, stored_hashes};

use super::super::merkle::{leaf_hash, node_hash};
use super::NodeReader;
use lac_model::bytes::Hash;

/// Leaves of the large tree. Every smaller tree is a prefix of it.
pub(super) const MAX_LEAVES: u64 = 100_000;

pub(super) fn record(index: u64) -> [u8; 8] {
    index.to_be_bytes()
}

pub(super) fn leaf(index: u64) -> Hash {
    leaf_hash(&record(index))
}

/// All complete subtrees over some leaves, level by level.
pub(super) struct TestForest {
    levels: Vec<Vec<Hash>>,
}

impl TestForest {
    pub(super) fn new(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let (pairs, _) = below.as_chunks();
            levels.push(pairs.iter().map(|[l, r]| node_hash(l, r)).collect());
        }
        Self { levels }
    }

    /// The tree over the first `size` leaves.
    pub(super) fn tree(&self, size: u64) -> TestTree<'_> {
        TestTree { forest: self, size }
    }
}

pub(super) struct TestTree<'a> {
    forest: &'a TestForest,
    size: u64,
}

/// A node outside of the tree was read: its level and index.
#[derive(Debug, PartialEq)]
pub(super) struct NodeOutside(pub(super) u32, pub(super) u64);

impl NodeReader for TestTree<'_> {
    type Error = NodeOutside;

    fn node(&self, level: u32, index: u64) -> Result<Hash, NodeOutside> {
        if (index + 1) << level > self.size {
            return Err(NodeOutside(level, index));
        }
        let (level, index) = (level as usize, usize::try_from(index).unwrap());
        Ok(self.forest.levels[level][index])
    }
}

static FOREST: LazyLock<TestForest> =
    LazyLock::new(|| TestForest::new((0..MAX_LEAVES).map(leaf).collect()));

/// The tree over the first `size` of [`MAX_LEAVES`] leaves.
pub(super) fn tree(size: u64) -> TestTree<'static> {
    FOREST.tree(size)
}

/// A tree of any size whose leaves are all the same.
pub(super) struct UniformTree;

static UNIFORM: LazyLock<Vec<Hash>> = LazyLock::new(|| {
    let levels = std::iter::successors(Some(leaf(0)), |below| Some(node_hash(below, below)));
    levels.take(64).collect()
});

impl NodeReader for UniformTree {
    type Error = NodeOutside;

    fn node(&self, level: u32, index: u64) -> Result<Hash, NodeOutside> {
        let known = UNIFORM.get(level as usize).copied();
        known.ok_or(NodeOutside(level, index))
    }
}

pub(super) fn to_tlog_hashes(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().copied().map(tlog_tiles::Hash).collect()
}

pub(super) fn from_tlog_hashes(hashes: Vec<tlog_tiles::Hash>) -> Vec<Hash> {
    hashes.into_iter().map(|hash| hash.0).collect()
}

/// The large tree, hashed and stored by the other implementation.
pub(super) struct TlogTree(Vec<tlog_tiles::Hash>);

impl HashReader for TlogTree {
    fn read_hashes(&self, at: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::tlog::Error> {
        let read = |at: &u64| self.0[usize::try_from(*at).unwrap()];
        Ok(at.iter().map(read).collect())
    }
}

pub(super) static TLOG_TREE: LazyLock<TlogTree> = LazyLock::new(|| {
    let mut stored = TlogTree(Vec::new());
    for index in 0..MAX_LEAVES {
        let more = stored_hashes(index, &record(index), &stored).unwrap();
        stored.0.extend(more);
    }
    stored
});

/// The same tree for the other implementation.
impl HashReader for UniformTree {
    fn read_hashes(&self, at: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::tlog::Error> {
        let read = |at: &u64| UNIFORM[usize::from(split_stored_hash_index(*at).0)];
        Ok(to_tlog_hashes(&at.iter().map(read).collect::<Vec<_>>()))
    }
}

/// The eight leaves of the Certificate Transparency reference tests.
pub(super) fn reference_forest() -> TestForest {
    let inputs: [&[u8]; 8] = [
        b"",
        b"\0",
        b"\x10",
        b" !",
        b"01",
        b"@ABC",
        b"PQRSTUVW",
        b"`abcdefghijklmno",
    ];
    TestForest::new(inputs.iter().map(|input| leaf_hash(input)).collect())
}

pub(super) fn hex(hashes: &[Hash]) -> Vec<String> {
    let byte = |byte: &u8| format!("{byte:02x}");
    let one = |hash: &Hash| hash.iter().map(byte).collect::<Vec<_>>().concat();
    hashes.iter().map(one).collect()
}

/// Positions to try in `0..=size`: all of them up to 256; above that the edges,
/// the positions around the split, and some between.
pub(super) fn sample_positions(size: u64) -> Vec<u64> {
    if size <= 256 {
        return (0..=size).collect();
    }
    let split = 1 << (size - 1).ilog2();
    let edges = [0, 1, 2, split - 1, split, split + 1, size - 1, size];
    let between = (1..8).map(|n| (size * n / 8) ^ (n % 2));
    edges.into_iter().chain(between).collect()
}

/// Sizes and positions that an attacker might choose.
pub(super) fn any_number() -> impl Strategy<Value = u64> {
    let near_power = (0_u32..64, 0_u64..3).prop_map(|(bit, n)| (1_u64 << bit) - 1 + n);
    let near_most = (0_u64..70).prop_map(|n| u64::MAX - n);
    prop_oneof![any::<u64>(), 0_u64..70, near_power, near_most]
}

/// A number, and a second one that may be close to it.
pub(super) fn number_pair() -> impl Strategy<Value = (u64, u64)> {
    any_number().prop_flat_map(|one| {
        let beside = (0_u64..5).prop_map(move |n| one.saturating_add(n).saturating_sub(2));
        (Just(one), prop_oneof![beside, any_number()])
    })
}

/// Random hashes; up to more than any tree has levels.
pub(super) fn any_hashes() -> impl Strategy<Value = Vec<Hash>> {
    prop::collection::vec(any::<u8>().prop_map(|byte| [byte; 32]), 0..140)
}
