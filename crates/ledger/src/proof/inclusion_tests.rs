use super::super::testing::{
    MAX_LEAVES, TLOG_TREE, UniformTree, any_hashes, any_number, from_tlog_hashes, hex, leaf,
    number_pair, reference_forest, sample_positions, to_tlog_hashes, tree,
};
use super::*;
use proptest::prelude::*;

fn root(size: u64) -> Hash {
    range_root(&tree(size), 0, size).unwrap()
}

fn prove(index: u64, size: u64) -> Vec<Hash> {
    prove_inclusion(&tree(size), index, size).unwrap()
}

/// Whether the other implementation accepts a proof.
fn tlog_accepts(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    let [leaf, root] = [*leaf, *root].map(tlog_tiles::Hash);
    tlog_tiles::check_record(&to_tlog_hashes(proof), size, root, index, leaf).is_ok()
}

/// Makes the proof with both implementations and checks it with both.
fn assert_agrees_with_tlog(index: u64, size: u64, root: &Hash) {
    let proof = prove(index, size);
    let theirs = tlog_tiles::prove_record(size, index, &*TLOG_TREE).unwrap();
    assert_eq!(proof, from_tlog_hashes(theirs), "leaf {index} of {size}");
    let leaf = leaf(index);
    let verdict = verify_inclusion(&leaf, index, size, &proof, root);
    assert_eq!(verdict, Ok(()), "leaf {index} of {size}");
    assert!(tlog_accepts(&leaf, index, size, &proof, root));
}

/// Paths from the Certificate Transparency reference tests.
#[test]
fn certificate_transparency_paths() {
    let cases: [(u64, u64, &[&str]); 5] = [
        (0, 1, &[]),
        (
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            3,
            &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
        ),
        (
            1,
            5,
            &[
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ];
    let forest = reference_forest();
    for (index, size, path) in cases {
        let tree = forest.tree(size);
        let proof = prove_inclusion(&tree, index, size).unwrap();
        assert_eq!(hex(&proof), path, "leaf {index} of {size}");
        let root = range_root(&tree, 0, size).unwrap();
        let leaf = tree.node(0, index).unwrap();
        assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
    }
}

#[test]
fn small_trees_match_another_implementation() {
    for size in 1..=256 {
        let root = root(size);
        for index in 0..size {
            assert_agrees_with_tlog(index, size, &root);
        }
    }
}

#[test]
fn larger_trees_match_another_implementation() {
    for size in 257..=1024 {
        let root = root(size);
        for index in sample_positions(size)
            .into_iter()
            .filter(|index| *index < size)
        {
            assert_agrees_with_tlog(index, size, &root);
        }
    }
}

#[test]
fn leaves_outside_of_the_tree_are_refused() {
    for (index, size) in [(0, 0), (1, 1), (9, 8), (u64::MAX, 8), (u64::MAX, u64::MAX)] {
        assert_eq!(prove_inclusion(&tree(size), index, size), Ok(vec![]));
        let verdict = verify_inclusion(&[0; 32], index, size, &[], &[0; 32]);
        assert_eq!(verdict, Err(ProofError::NoSuchLeaf { index, size }));
    }
}

#[test]
fn any_changed_bit_is_detected() {
    for size in 1..=33 {
        let root = root(size);
        for index in 0..size {
            let (leaf, mut proof) = (leaf(index), prove(index, size));
            // All bits for one size; one bit of each hash for the others.
            let bits = if size == 13 { 0..256 } else { 77..78 };
            for bit in bits {
                let (byte, mask) = (bit / 8, 1 << (bit % 8));
                for at in 0..proof.len() {
                    proof[at][byte] ^= mask;
                    let verdict = verify_inclusion(&leaf, index, size, &proof, &root);
                    assert_eq!(verdict, Err(ProofError::RootMismatch));
                    proof[at][byte] ^= mask;
                }
                let (mut other_leaf, mut other_root) = (leaf, root);
                other_leaf[byte] ^= mask;
                other_root[byte] ^= mask;
                let verdict = verify_inclusion(&other_leaf, index, size, &proof, &root);
                assert_eq!(verdict, Err(ProofError::RootMismatch));
                let verdict = verify_inclusion(&leaf, index, size, &proof, &other_root);
                assert_eq!(verdict, Err(ProofError::RootMismatch));
            }
        }
    }
}

#[test]
fn missing_and_extra_hashes_are_refused() {
    for size in 1..=70 {
        let root = root(size);
        for index in 0..size {
            let (leaf, mut proof) = (leaf(index), prove(index, size));
            for shorter in 0..proof.len() {
                let verdict = verify_inclusion(&leaf, index, size, &proof[..shorter], &root);
                assert_eq!(verdict, Err(ProofError::TooShort));
            }
            proof.push(root);
            let verdict = verify_inclusion(&leaf, index, size, &proof, &root);
            assert_eq!(verdict, Err(ProofError::TooLong));
        }
    }
}

/// No other index is accepted. Another size can be: for example, the path of
/// the leftmost leaf has the same shape in trees of 3 and 4 leaves. Therefore
/// the size must come from the same checkpoint as the root.
#[test]
fn other_indexes_are_refused_and_other_sizes_match_tlog() {
    for size in 1..=24 {
        let root = root(size);
        for index in 0..size {
            let (leaf, proof) = (leaf(index), prove(index, size));
            for other in (0..size + 2).filter(|other| *other != index) {
                assert!(verify_inclusion(&leaf, other, size, &proof, &root).is_err());
            }
            for other in 0..40 {
                let verdict = verify_inclusion(&leaf, index, other, &proof, &root);
                let theirs = tlog_accepts(&leaf, index, other, &proof, &root);
                assert_eq!(
                    verdict.is_ok(),
                    theirs,
                    "leaf {index} of {other}, not {size}"
                );
                let lengths = prove(index, other.max(index + 1)).len();
                assert!(verdict.is_err() || lengths == proof.len());
            }
        }
    }
    let (leaf, proof) = (leaf(2), prove(2, 3));
    let verdict = verify_inclusion(&leaf, 2, 4, &proof, &root(3));
    assert_eq!(verdict, Err(ProofError::TooShort));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn large_trees_match_another_implementation(size in 1025..=MAX_LEAVES, at in any::<prop::sample::Index>()) {
        let index = at.index(usize::try_from(size).unwrap()) as u64;
        assert_agrees_with_tlog(index, size, &root(size));
    }

    #[test]
    fn trees_of_any_size_are_proven(size in any_number(), index in any_number()) {
        prop_assume!(size > 0);
        let index = index % size;
        let proof = prove_inclusion(&UniformTree, index, size).unwrap();
        let root = range_root(&UniformTree, 0, size).unwrap();
        prop_assert_eq!(verify_inclusion(&leaf(0), index, size, &proof, &root), Ok(()));
        prop_assert!(tlog_accepts(&leaf(0), index, size, &proof, &root));
        if let Some(shorter) = proof.len().checked_sub(1) {
            let verdict = verify_inclusion(&leaf(0), index, size, &proof[..shorter], &root);
            prop_assert_eq!(verdict, Err(ProofError::TooShort));
        }
    }
}

proptest! {
    /// In a tree whose leaves are all the same, a proof is valid for many
    /// positions.
    #[test]
    fn other_positions_match_another_implementation(
        (index, other_index) in number_pair(),
        (size, other_size) in number_pair(),
    ) {
        let index = index.checked_rem(size).unwrap_or_default();
        let proof = prove_inclusion(&UniformTree, index, size).unwrap();
        let root = range_root(&UniformTree, 0, size).unwrap();
        for (index, size) in [(other_index, size), (index, other_size), (other_index, other_size)] {
            let verdict = verify_inclusion(&leaf(0), index, size, &proof, &root);
            let theirs = tlog_accepts(&leaf(0), index, size, &proof, &root);
            prop_assert_eq!(verdict.is_ok(), theirs);
        }
    }

    #[test]
    fn arbitrary_input_does_not_panic(
        index in any_number(),
        size in any_number(),
        proof in any_hashes(),
        root in any::<Hash>(),
    ) {
        prop_assert!(verify_inclusion(&leaf(0), index, size, &proof, &root).is_err());
        let _ = prove_inclusion(&UniformTree, index, size);
    }
}
