use super::*;
use proptest::prelude::*;

/// RFC 6962, section 2.1, word for word.
fn reference_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            node_hash(&reference_root(left), &reference_root(right))
        }
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

fn hex(hash: Hash) -> String {
    let bytes: Vec<_> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.concat()
}

/// Inputs and roots of the Certificate Transparency reference tests.
#[test]
fn certificate_transparency_roots() {
    let cases: [(&[u8], &str); 8] = [
        (
            b"",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        ),
        (
            b"\0",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        ),
        (
            b"\x10",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ),
        (
            b" !",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
        (
            b"01",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        ),
        (
            b"@ABC",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        ),
        (
            b"PQRSTUVW",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        ),
        (
            b"`abcdefghijklmno",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ];
    let mut tree = Frontier::new();
    assert_eq!(
        hex(tree.root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (input, root) in cases {
        tree.push(leaf_hash(input));
        assert_eq!(hex(tree.root()), root, "at {} leaves", tree.size());
    }
}

#[test]
fn roots_match_the_rfc_definition_up_to_600_leaves() {
    let all = leaves(600);
    let mut tree = Frontier::new();
    for (size, leaf) in all.iter().enumerate() {
        assert_eq!(tree.root(), reference_root(&all[..size]));
        assert_eq!(
            Frontier::from_parts(tree.size(), &tree.nodes_bytes()),
            Ok(tree.clone())
        );
        let completed = tree.push(*leaf);
        let aligned = (size + 1).is_multiple_of(256);
        assert_eq!(
            completed,
            aligned.then(|| reference_root(&all[size - 255..=size]))
        );
    }
    assert_eq!(tree.root(), reference_root(&all));
}

#[test]
fn roots_match_another_implementation() {
    let ours = leaf_hash(b"record");
    let theirs = tlog_tiles::record_hash(b"record");
    assert_eq!(ours, theirs.0);
    assert_eq!(node_hash(&ours, &empty_root()), {
        tlog_tiles::node_hash(theirs, tlog_tiles::EMPTY_HASH).0
    });
}

#[test]
fn commitments_differ_from_leaves_and_nodes() {
    let mut input = vec![2];
    input.extend([7; 32]);
    input.extend(b"part");
    assert_eq!(
        commitment(&[7; 32], b"part"),
        <Hash>::from(Sha256::digest(input))
    );
}

#[test]
fn wrong_lengths_and_positions_are_refused() {
    assert!(Frontier::from_parts(3, &[0; 64]).is_ok());
    for length in [0, 32, 63, 65, 96] {
        assert!(Frontier::from_parts(3, &vec![0; length]).is_err());
    }
    let mut tree = Frontier::new();
    tree.push([0; 32]);
    assert_eq!(
        tree.push_subtree([0; 32]),
        Err(FrontierError::Unaligned { size: 1 })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn subtrees_and_leaves_give_the_same_root(size in 601_u64..6000) {
        let all = leaves(size);
        let (mut slow, mut fast) = (Frontier::new(), Frontier::new());
        for leaf in &all {
            if let Some(subtree) = slow.push(*leaf) {
                fast.push_subtree(subtree).unwrap();
                prop_assert_eq!(&fast, &slow);
            }
        }
        for leaf in all.chunks_exact(256).remainder() {
            fast.push(*leaf);
        }
        prop_assert_eq!(&fast, &slow);
        prop_assert_eq!(fast.root(), reference_root(&all));
    }
}

/// Texts of every length around the limits of blocks, against the hasher.
#[test]
fn short_texts_are_hashed_as_long_ones() {
    let text: Vec<u8> = (0..=u8::MAX).cycle().take(1_000).collect();
    let salt = [7; 32];
    for length in 0..text.len() {
        let text = &text[..length];
        let leaf = Sha256::digest([&[0x00], text].concat());
        assert_eq!(leaf_hash(text), *leaf, "{length}");
        let committed = Sha256::digest([&[0x02], &salt[..], text].concat());
        assert_eq!(commitment(&salt, text), *committed, "{length}");
    }
    let node = Sha256::digest([&[0x01], &[1; 32][..], &[2; 32]].concat());
    assert_eq!(node_hash(&[1; 32], &[2; 32]), *node);
}
