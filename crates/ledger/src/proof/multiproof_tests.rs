use std::cell::Cell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::iter;

use super::super::prove_inclusion;
use super::super::testing::{MAX_LEAVES, UniformTree, any_hashes, any_number, leaf, tree};
use super::*;
use proptest::prelude::*;

type Leaves = Vec<(u64, Hash)>;

fn prove(selected: impl Iterator<Item = u64>, size: u64) -> Vec<Hash> {
    let mut hashes = Vec::new();
    prove_leaves(&tree(size), selected, size, &mut |hash| hashes.push(hash)).unwrap();
    hashes
}

fn computed_root(
    leaves: &Leaves,
    hashes: &[Hash],
    size: u64,
) -> Result<Hash, MultiproofError<Infallible>> {
    let leaves = leaves.iter().copied().map(Ok);
    multiproof_root(leaves, hashes.iter().copied().map(Ok), size)
}

fn leaves(selected: &[u64]) -> Leaves {
    selected.iter().map(|at| (*at, leaf(*at))).collect()
}

fn root(size: u64) -> Hash {
    range_root(&tree(size), 0, size).unwrap()
}

/// Root and proof exactly as the documentation of the module defines them.
fn reference_proof(leaves: &[Hash], selected: &[bool], proof: &mut Vec<Hash>) -> Hash {
    let root = match leaves {
        [] => empty_root(),
        [one] => *one,
        many => {
            let (mut below, at) = (Vec::new(), many.len().next_power_of_two() / 2);
            let left = reference_proof(&leaves[..at], &selected[..at], &mut below);
            let right = reference_proof(&leaves[at..], &selected[at..], &mut below);
            if selected.contains(&true) {
                proof.append(&mut below);
            }
            node_hash(&left, &right)
        }
    };
    if !leaves.is_empty() && !selected.contains(&true) {
        proof.push(root);
    }
    root
}

#[test]
fn every_subset_of_small_trees_matches_the_definition() {
    for size in 0..=9_u64 {
        let all: Vec<Hash> = (0..size).map(leaf).collect();
        for subset in 0..1_u64 << size {
            let flags: Vec<bool> = (0..size).map(|at| subset >> at & 1 == 1).collect();
            let selected: Vec<u64> = (0..size).filter(|at| subset >> at & 1 == 1).collect();
            let mut proof = Vec::new();
            let root = reference_proof(&all, &flags, &mut proof);
            assert_eq!(prove(selected.iter().copied(), size), proof);
            assert_eq!(computed_root(&leaves(&selected), &proof, size), Ok(root));
        }
    }
}

#[test]
fn one_leaf_gives_its_inclusion_path_from_left_to_right() {
    for size in 1..=70 {
        for index in 0..size {
            let hashes = prove([index].into_iter(), size);
            let mut path = prove_inclusion(&tree(size), index, size).unwrap();
            assert_eq!(hashes.len(), path.len());
            path.retain(|hash| !hashes.contains(hash));
            assert_eq!(path, [[0; 32]; 0]);
        }
    }
}

#[test]
fn all_leaves_need_no_hashes_and_no_leaves_need_the_root() {
    for size in [1, 2, 3, 300] {
        assert_eq!(prove(0..size, size), [[0; 32]; 0]);
        assert_eq!(prove(0..0, size), [root(size)]);
        assert_eq!(computed_root(&vec![], &[root(size)], size), Ok(root(size)));
    }
    assert_eq!(prove(0..0, 0), [[0; 32]; 0]);
    assert_eq!(computed_root(&vec![], &[], 0), Ok(empty_root()));
}

#[test]
fn leaves_outside_or_out_of_order_are_refused() {
    let hashes = prove([1, 4].into_iter(), 6);
    let refused =
        |selected: &[u64], size| computed_root(&leaves(selected), &hashes, size).unwrap_err();
    let (before, index, size) = (4, 1, 6);
    assert_eq!(
        refused(&[4, 1], 6),
        MultiproofError::OutOfOrder { before, index }
    );
    let (before, index) = (1, 1);
    assert_eq!(
        refused(&[1, 1], 6),
        MultiproofError::OutOfOrder { before, index }
    );
    let index = 6;
    assert_eq!(
        refused(&[1, 6], 6),
        MultiproofError::NoSuchLeaf { index, size }
    );
    let (index, size) = (0, 0);
    assert_eq!(
        refused(&[0], 0),
        MultiproofError::NoSuchLeaf { index, size }
    );
    assert_eq!(
        computed_root(&vec![], &hashes, 0),
        Err(MultiproofError::TooLong)
    );
}

#[test]
fn read_errors_are_returned() {
    let hashes = prove([1, 4].into_iter(), 6);
    let given = || hashes.iter().copied().map(Ok);
    let (no_leaf, no_hash) = (|| iter::once(Err("torn")), || iter::once(Err("torn")));
    let one = || leaves(&[1]).into_iter().map(Ok);
    let torn = Err(MultiproofError::Read("torn"));
    assert_eq!(multiproof_root(no_leaf(), given(), 6), torn);
    assert_eq!(multiproof_root(one().chain(no_leaf()), given(), 6), torn);
    assert_eq!(multiproof_root(one(), no_hash(), 6), torn);
    let both = || leaves(&[1, 4]).into_iter().map(Ok);
    assert_eq!(multiproof_root(both(), given().chain(no_hash()), 6), torn);
    assert_eq!(multiproof_root(both(), given(), 6), Ok(root(6)));
}

/// Counts how many nodes are read.
struct CountingNodes(Cell<u64>);

impl NodeReader for CountingNodes {
    type Error = super::super::testing::NodeOutside;

    fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error> {
        self.0.set(self.0.get() + 1);
        UniformTree.node(level, index)
    }
}

/// Number of nodes read and hashes given, in a tree of ten million leaves.
fn proof_cost(selected: impl Iterator<Item = u64>) -> (u64, u64) {
    let (nodes, mut given) = (CountingNodes(Cell::new(0)), 0);
    prove_leaves(&nodes, selected, 10_000_000, &mut |_| given += 1).unwrap();
    (nodes.0.get(), given)
}

/// Ten million leaves are 24 levels. Only the right edge reads more nodes than
/// it gives hashes.
#[test]
fn few_nodes_are_read() {
    let (read, given) = proof_cost((0..10).map(|n| n * 999_983));
    assert!(given <= 10 * 24 && read <= given + 24, "{read} {given}");
    let (read, given) = proof_cost(3_000_001..4_000_000);
    assert!(given <= 2 * 24 && read <= given + 24, "{read} {given}");
    let (read, given) = proof_cost((0..1_000_000).step_by(2));
    assert!(given <= 500_024 && read <= given + 24, "{read} {given}");
}

#[test]
fn long_ranges_are_proven() {
    let hashes = prove(12_345..80_000, MAX_LEAVES);
    assert!(hashes.len() <= 2 * 17);
    let leaves = (12_345..80_000).map(|at| Ok::<_, Infallible>((at, leaf(at))));
    let found = multiproof_root(leaves, hashes.into_iter().map(Ok), MAX_LEAVES);
    assert_eq!(found, Ok(root(MAX_LEAVES)));
}

/// A size and leaves of a tree of that size: a few, most of them, or a range.
fn any_selection() -> impl Strategy<Value = (u64, Vec<u64>)> {
    (1..3000_u64).prop_flat_map(|size| {
        let some = prop::collection::btree_set(0..size, 0..40);
        let most = prop::collection::btree_set(0..size, 0..40)
            .prop_map(move |without| (0..size).filter(|at| !without.contains(at)).collect());
        let range = (0..size, 0..=size).prop_map(|(from, to)| (from..to).collect());
        let set = prop_oneof![some, most, range];
        set.prop_map(move |set: BTreeSet<u64>| (size, set.into_iter().collect()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_leaves_lead_to_the_root((size, selected) in any_selection()) {
        let hashes = prove(selected.iter().copied(), size);
        prop_assert_eq!(computed_root(&leaves(&selected), &hashes, size), Ok(root(size)));
    }

    #[test]
    fn changed_hashes_are_detected(
        (size, selected) in any_selection(),
        (at, other) in any::<(prop::sample::Index, prop::sample::Index)>(),
        bit in 0..256_usize,
    ) {
        let hashes = prove(selected.iter().copied(), size);
        let (leaves, root) = (leaves(&selected), root(size));

        let mut more = hashes.clone();
        more.insert(at.index(hashes.len() + 1), root);
        prop_assert_eq!(computed_root(&leaves, &more, size), Err(MultiproofError::TooLong));

        if !hashes.is_empty() {
            let mut fewer = hashes.clone();
            let (at, other) = (at.index(fewer.len()), other.index(fewer.len()));
            fewer.remove(at);
            prop_assert_eq!(computed_root(&leaves, &fewer, size), Err(MultiproofError::TooShort));

            let mut swapped = hashes.clone();
            swapped.swap(at, other);
            prop_assert_eq!(computed_root(&leaves, &swapped, size) == Ok(root), at == other);

            let mut flipped = hashes.clone();
            flipped[at][bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(computed_root(&leaves, &flipped, size), Ok(root));
        }
    }

    #[test]
    fn changed_leaves_are_detected(
        (size, selected) in any_selection(),
        (at, other) in any::<(prop::sample::Index, prop::sample::Index)>(),
        bit in 0..256_usize,
    ) {
        let hashes = prove(selected.iter().copied(), size);
        let (leaves, root) = (leaves(&selected), root(size));

        let added = other.index(usize::try_from(size).unwrap()) as u64;
        if let Err(place) = selected.binary_search(&added) {
            let mut more = leaves.clone();
            more.insert(place, (added, leaf(added)));
            prop_assert_ne!(computed_root(&more, &hashes, size), Ok(root));
        }
        if !leaves.is_empty() {
            let (at, other) = (at.index(leaves.len()), other.index(leaves.len()));
            let mut fewer = leaves.clone();
            fewer.remove(at);
            prop_assert_ne!(computed_root(&fewer, &hashes, size), Ok(root));

            let mut swapped = leaves.clone();
            swapped.swap(at, other);
            prop_assert_eq!(computed_root(&swapped, &hashes, size) == Ok(root), at == other);

            // The right positions with swapped leaves.
            (swapped[at].0, swapped[other].0) = (leaves[at].0, leaves[other].0);
            prop_assert_eq!(computed_root(&swapped, &hashes, size) == Ok(root), at == other);

            let mut flipped = leaves.clone();
            flipped[at].1[bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(computed_root(&flipped, &hashes, size), Ok(root));

            let mut moved = leaves.clone();
            moved[at].0 ^= 1 << (bit % 64);
            prop_assert_ne!(computed_root(&moved, &hashes, size), Ok(root));
        }
    }

    #[test]
    fn trees_of_any_size_are_proven(
        size in any_number(),
        numbers in prop::collection::vec(any_number(), 0..12),
    ) {
        let within = numbers.into_iter().filter_map(|number| number.checked_rem(size));
        let selected: BTreeSet<u64> = within.collect();
        let mut hashes = Vec::new();
        prove_leaves(&UniformTree, selected.iter().copied(), size, &mut |hash| hashes.push(hash)).unwrap();
        let leaves: Leaves = selected.into_iter().map(|at| (at, leaf(0))).collect();
        let root = range_root(&UniformTree, 0, size).unwrap();
        prop_assert_eq!(computed_root(&leaves, &hashes, size), Ok(root));
    }

    #[test]
    fn arbitrary_input_does_not_panic(
        size in any_number(),
        mut numbers in prop::collection::vec(any_number(), 0..12),
        in_order in any::<bool>(),
        hashes in any_hashes(),
    ) {
        if in_order {
            numbers.sort_unstable();
        }
        let leaves: Leaves = numbers.into_iter().map(|at| (at, leaf(0))).collect();
        let _ = computed_root(&leaves, &hashes, size);
    }
}
