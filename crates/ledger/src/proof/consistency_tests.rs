use super::super::testing::{
    MAX_LEAVES, TLOG_TREE, UniformTree, any_hashes, any_number, from_tlog_hashes, hex, number_pair,
    reference_forest, sample_positions, to_tlog_hashes, tree,
};
use super::*;
use proptest::prelude::*;

fn root(size: u64) -> Hash {
    range_root(&tree(size), 0, size).unwrap()
}

fn prove(old: u64, new: u64) -> Vec<Hash> {
    prove_consistency(&tree(new), old, new).unwrap()
}

/// Whether the other implementation accepts a proof. It does not know the empty
/// tree.
fn tlog_accepts(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    let [old_root, new_root] = [*old_root, *new_root].map(tlog_tiles::Hash);
    tlog_tiles::check_tree(&to_tlog_hashes(proof), new, new_root, old, old_root).is_ok()
}

/// Makes the proof with both implementations and checks it with both.
fn assert_agrees_with_tlog(old: u64, new: u64, new_root: &Hash) {
    let (proof, old_root) = (prove(old, new), root(old));
    let verdict = verify_consistency(old, &old_root, new, new_root, &proof);
    assert_eq!(verdict, Ok(()), "{old} and {new} leaves");
    if old == 0 {
        assert!(proof.is_empty());
        return;
    }
    let theirs = tlog_tiles::prove_tree(new, old, &*TLOG_TREE).unwrap();
    assert_eq!(proof, from_tlog_hashes(theirs), "{old} and {new} leaves");
    assert!(tlog_accepts(old, &old_root, new, new_root, &proof));
}

/// Proofs from the Certificate Transparency reference tests.
#[test]
fn certificate_transparency_proofs() {
    let cases: [(u64, u64, &[&str]); 6] = [
        (1, 1, &[]),
        (
            1,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            2,
            8,
            &[
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            &[
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            &[
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
        (
            6,
            7,
            &[
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
    ];
    let forest = reference_forest();
    for (old, new, known) in cases {
        let proof = prove_consistency(&forest.tree(new), old, new).unwrap();
        assert_eq!(hex(&proof), known, "{old} and {new} leaves");
        let [old_root, new_root] =
            [old, new].map(|size| range_root(&forest.tree(size), 0, size).unwrap());
        let verdict = verify_consistency(old, &old_root, new, &new_root, &proof);
        assert_eq!(verdict, Ok(()), "{old} and {new} leaves");
    }
}

#[test]
fn small_trees_match_another_implementation() {
    for new in 0..=256 {
        let new_root = root(new);
        for old in 0..=new {
            assert_agrees_with_tlog(old, new, &new_root);
        }
    }
}

#[test]
fn larger_trees_match_another_implementation() {
    for new in 257..=1024 {
        let new_root = root(new);
        for old in sample_positions(new) {
            assert_agrees_with_tlog(old, new, &new_root);
        }
    }
}

#[test]
fn trees_of_the_same_size_need_the_same_root() {
    for size in [0, 1, 7, u64::MAX] {
        let (mine, other) = if size == 0 {
            (empty_root(), root(1))
        } else {
            (root(7), root(8))
        };
        assert_eq!(verify_consistency(size, &mine, size, &mine, &[]), Ok(()));
        let verdict = verify_consistency(size, &mine, size, &other, &[]);
        assert_eq!(verdict, Err(ProofError::NewRootMismatch));
        let verdict = verify_consistency(size, &mine, size, &mine, &[mine]);
        assert_eq!(verdict, Err(ProofError::TooLong));
    }
}

#[test]
fn every_tree_continues_the_empty_one() {
    let (empty, some) = (empty_root(), root(8));
    for new in [1, 8, u64::MAX] {
        assert_eq!(verify_consistency(0, &empty, new, &some, &[]), Ok(()));
        let verdict = verify_consistency(0, &some, new, &some, &[]);
        assert_eq!(verdict, Err(ProofError::OldRootMismatch));
        let verdict = verify_consistency(0, &empty, new, &some, &[some]);
        assert_eq!(verdict, Err(ProofError::TooLong));
    }
}

#[test]
fn smaller_trees_are_refused() {
    assert_eq!(prove_consistency(&tree(7), 8, 7), Ok(vec![]));
    let verdict = verify_consistency(8, &root(8), 7, &root(7), &[]);
    assert_eq!(verdict, Err(ProofError::Shrunk { old: 8, new: 7 }));
}

#[test]
fn any_changed_bit_is_detected() {
    for new in 2..=33 {
        for old in 1..new {
            let (old_root, new_root) = (root(old), root(new));
            let mut proof = prove(old, new);
            // All bits for one size; one bit of each hash for the others.
            let bits = if new == 13 { 0..256 } else { 77..78 };
            for bit in bits {
                let (byte, mask) = (bit / 8, 1 << (bit % 8));
                for at in 0..proof.len() {
                    proof[at][byte] ^= mask;
                    assert!(verify_consistency(old, &old_root, new, &new_root, &proof).is_err());
                    proof[at][byte] ^= mask;
                }
                let (mut other_old, mut other_new) = (old_root, new_root);
                other_old[byte] ^= mask;
                other_new[byte] ^= mask;
                assert!(verify_consistency(old, &other_old, new, &new_root, &proof).is_err());
                let verdict = verify_consistency(old, &old_root, new, &other_new, &proof);
                assert_eq!(verdict, Err(ProofError::NewRootMismatch));
            }
        }
    }
}

#[test]
fn missing_and_extra_hashes_are_refused() {
    for new in 2..=70 {
        let new_root = root(new);
        for old in 1..new {
            let (old_root, mut proof) = (root(old), prove(old, new));
            for shorter in 0..proof.len() {
                let proof = &proof[..shorter];
                let verdict = verify_consistency(old, &old_root, new, &new_root, proof);
                assert_eq!(verdict, Err(ProofError::TooShort));
            }
            proof.push(new_root);
            let verdict = verify_consistency(old, &old_root, new, &new_root, &proof);
            assert_eq!(verdict, Err(ProofError::TooLong));
        }
    }
}

/// A proof can be valid for another size with the same shape; see the tests of
/// inclusion proofs.
#[test]
fn other_sizes_match_another_implementation() {
    for new in 2..=20 {
        for old in 1..new {
            let (old_root, new_root, proof) = (root(old), root(new), prove(old, new));
            for (other_old, other_new) in (1..24).flat_map(|o| (1..24).map(move |n| (o, n))) {
                let ours = verify_consistency(other_old, &old_root, other_new, &new_root, &proof);
                let theirs = tlog_accepts(other_old, &old_root, other_new, &new_root, &proof);
                assert_eq!(ours.is_ok(), theirs, "{other_old} {other_new}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn large_trees_match_another_implementation(new in 1025..=MAX_LEAVES, at in any::<prop::sample::Index>()) {
        let old = at.index(usize::try_from(new).unwrap()) as u64;
        assert_agrees_with_tlog(old, new, &root(new));
    }

    #[test]
    fn trees_of_any_size_are_proven(one in any_number(), two in any_number()) {
        let (old, new) = (one.min(two), one.max(two));
        let proof = prove_consistency(&UniformTree, old, new).unwrap();
        let [old_root, new_root] = [old, new].map(|size| range_root(&UniformTree, 0, size).unwrap());
        let verdict = verify_consistency(old, &old_root, new, &new_root, &proof);
        prop_assert_eq!(verdict, Ok(()));
        prop_assert!(old == 0 || tlog_accepts(old, &old_root, new, &new_root, &proof));
        if let Some(shorter) = proof.len().checked_sub(1) {
            let verdict = verify_consistency(old, &old_root, new, &new_root, &proof[..shorter]);
            prop_assert_eq!(verdict, Err(ProofError::TooShort));
        }
    }
}

proptest! {
    /// A tree whose leaves are all the same continues many others.
    #[test]
    fn other_trees_match_another_implementation(
        (old, other_old) in number_pair(),
        (new, other_new) in number_pair(),
    ) {
        let proof = prove_consistency(&UniformTree, old, new).unwrap();
        let [old_root, new_root] = [old, new].map(|size| range_root(&UniformTree, 0, size).unwrap());
        for (old, new) in [(other_old, new), (old, other_new), (other_old, other_new)] {
            let verdict = verify_consistency(old, &old_root, new, &new_root, &proof);
            let theirs = tlog_accepts(old, &old_root, new, &new_root, &proof);
            prop_assert!(old == 0 || verdict.is_ok() == theirs);
        }
    }

    #[test]
    fn arbitrary_input_does_not_panic(
        old in any_number(),
        new in any_number(),
        proof in any_hashes(),
        old_root in any::<Hash>(),
        new_root in any::<Hash>(),
    ) {
        prop_assert!(verify_consistency(old, &old_root, new, &new_root, &proof).is_err());
        let _ = prove_consistency(&UniformTree, old, new);
    }
}
