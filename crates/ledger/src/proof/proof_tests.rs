use super::super::merkle::Frontier;
use super::testing::{
    MAX_LEAVES, NodeOutside, TLOG_TREE, UniformTree, hex, leaf, reference_forest, tree,
};
use super::*;
use proptest::prelude::*;

/// Roots from the Certificate Transparency reference tests.
#[test]
fn certificate_transparency_roots() {
    let forest = reference_forest();
    let root = |size| range_root(&forest.tree(size), 0, size).unwrap();
    let roots: Vec<Hash> = (0..=8).map(root).collect();
    let known = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    assert_eq!(hex(&roots), known);
}

#[test]
fn roots_match_another_implementation_and_the_frontier() {
    let mut frontier = Frontier::new();
    for size in 0..=1024 {
        let root = range_root(&tree(size), 0, size).unwrap();
        let theirs = tlog_tiles::tree_hash(size, &*TLOG_TREE).unwrap();
        assert_eq!(root, theirs.0, "of {size} leaves");
        assert_eq!(root, frontier.root(), "of {size} leaves");
        frontier.push(leaf(size));
    }
}

#[test]
fn read_errors_are_returned() {
    let of_six = tree(6);
    assert_eq!(range_root(&of_six, 0, 7), Err(NodeOutside(0, 6)));
    assert_eq!(prove_inclusion(&of_six, 0, 8), Err(NodeOutside(2, 1)));
    assert_eq!(prove_consistency(&of_six, 3, 8), Err(NodeOutside(2, 1)));
    let unread = prove_leaves(&of_six, [3].into_iter(), 8, &mut |_| ());
    assert_eq!(unread, Err(NodeOutside(2, 1)));
}

#[test]
fn empty_range_has_the_empty_root() {
    assert_eq!(range_root(&tree(8), 4, 4), Ok(empty_root()));
    assert_eq!(range_root(&tree(8), 4, 2), Ok(empty_root()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn large_roots_match_another_implementation(size in 1025..=MAX_LEAVES) {
        let theirs = tlog_tiles::tree_hash(size, &*TLOG_TREE).unwrap();
        prop_assert_eq!(range_root(&tree(size), 0, size), Ok(theirs.0));
    }

    #[test]
    fn root_joins_both_sides_of_the_split(size in super::testing::any_number()) {
        prop_assume!(size > 1);
        let at = split_point(0, size);
        prop_assert!(at.is_power_of_two() && at < size && size - at <= at);
        let [left, right] = [(0, at), (at, size)].map(|(lo, hi)| range_root(&UniformTree, lo, hi));
        let root = node_hash(&left.unwrap(), &right.unwrap());
        prop_assert_eq!(range_root(&UniformTree, 0, size), Ok(root));
    }
}
