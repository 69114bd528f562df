use proptest::prelude::*;

use super::*;

const ORIGIN: &str = "shop.example";

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed([seed; 32])
}

fn change(old: u8, new: u8, size: u64) -> KeyChange {
    KeyChange {
        origin: ORIGIN.to_owned(),
        old: key(old).public(),
        new: key(new).public(),
        size,
        time: "2026-10-05T12:00:00.000000Z".parse().unwrap(),
    }
}

fn signed_change(old: u8, new: u8, size: u64) -> String {
    let change = change(old, new, size);
    change.to_note(&change.sign(&key(old), &key(new)))
}

/// Keys 1, 2 (from size 10) and 3 (from size 20).
fn chain() -> LogKeys {
    LogKeys::from_notes(&[&signed_change(1, 2, 10), &signed_change(2, 3, 20)])
        .unwrap()
        .unwrap()
}

fn checkpoint_signed_by(by: u8, size: u64) -> String {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size,
        root: [7; 32],
    };
    note::sign(&checkpoint, &key(by))
}

#[test]
fn each_key_is_valid_for_its_own_sizes() {
    for trusted in [1, 2, 3] {
        let chain = chain().with_trusted(&key(trusted).public()).unwrap();
        let open = |by, size| chain.open(checkpoint_signed_by(by, size).as_bytes());
        for (by, size, replaced_at) in [
            (1, 0, Some(10)),
            (1, 9, Some(10)),
            (2, 10, Some(20)),
            (2, 19, Some(20)),
            (3, 20, None),
            (3, 1_000_000, None),
        ] {
            let opened = open(by, size).unwrap();
            assert_eq!(opened.key, key(by).public());
            assert_eq!(opened.replaced_at, replaced_at);
        }
        assert_eq!(open(1, 10), Err(NoteError::KeyReplaced));
        assert_eq!(open(2, 20), Err(NoteError::KeyReplaced));
        assert_eq!(open(2, 9), Err(NoteError::KeyNotYetValid));
        assert_eq!(open(3, 19), Err(NoteError::KeyNotYetValid));
        assert_eq!(open(4, 5), Err(NoteError::UnknownKey));
    }
    assert!(chain().with_trusted(&key(4).public()).is_none());
}

#[test]
fn broken_chains_are_refused() {
    let read = |notes: &[&str]| LogKeys::from_notes(notes).map(|_| ());
    let (first, second) = (signed_change(1, 2, 10), signed_change(2, 3, 20));
    assert!(read(&[]).is_ok() && read(&[&first]).is_ok());
    for broken in [
        vec![&*second, &first],
        vec![&first, &signed_change(1, 3, 20)],
        vec![&first, &signed_change(2, 3, 10)],
        vec![&first, &signed_change(2, 1, 20)],
        vec![&first, &first],
    ] {
        assert_eq!(read(&broken), Err(NoteError::KeyChain));
    }
    // One key's signature is not enough, whichever it is.
    let change = change(1, 2, 10);
    for signatures in [
        change.sign(&key(1), &key(1)),
        change.sign(&key(2), &key(2)),
        change.sign(&key(1), &key(2))[..64].to_vec(),
        Vec::new(),
    ] {
        assert!(KeyChange::from_note(&change.to_note(&signatures)).is_err());
        let chain = LogKeys::new(ORIGIN, key(1).public()).with_change(&change, &signatures);
        assert!(!chain.is_valid());
        let old = checkpoint_signed_by(1, 5);
        assert_eq!(chain.open(old.as_bytes()), Err(NoteError::KeyChain));
        // The trusted newest key does not need the chain.
        assert!(chain.open(checkpoint_signed_by(2, 10).as_bytes()).is_ok());
        let chain = chain.with_trusted(&key(1).public()).unwrap();
        assert_eq!(
            chain.open(checkpoint_signed_by(2, 10).as_bytes()),
            Err(NoteError::KeyChain)
        );
    }
}

/// Computed independently, with Python's `cryptography`.
#[test]
fn key_change_matches_a_known_answer() {
    let note = signed_change(1, 2, 10);
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(
        lines[..6],
        [
            "lac key change 1",
            "shop.example",
            "shop.example+4fdecea9+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c",
            "shop.example+01b40b54+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
            "10",
            "2026-10-05T12:00:00.000000Z",
        ]
    );
    assert_eq!(lines[6], "");
    assert_eq!(
        lines[7..],
        [
            "— shop.example T97OqUHmuby3cVBpk7ETqRXaYFLXxgPindNCdodr8v7eWS6gzQVIpT0owE/RWsXjsoi8Z+qJbOX+OZWQxB97WmysiQs=",
            "— shop.example AbQLVALMuy2xiWfrAKUN+Kxf7Ivj0RQgkN4Kaxz8ZJuhiWT4BAkZQrgg+kEjWG01wFZS7IxreQhGa23KE4YqIvxl8gE=",
        ]
    );
}

/// Neither can be read as the other, whatever the names.
#[test]
fn key_changes_and_checkpoints_are_distinct() {
    let keys = [key(1).public(), key(2).public()];
    assert!(note::open(signed_change(1, 2, 10).as_bytes(), ORIGIN, &keys).is_err());
    assert!(KeyChange::from_note(&checkpoint_signed_by(1, 10)).is_err());
    assert!(!note::is_valid_origin(KEY_CHANGE_TITLE));
}

proptest! {
    #[test]
    fn notes_parse_and_detect_every_changed_byte(
        seeds in any::<[[u8; 32]; 2]>(), size in 1..u64::MAX, seconds in 0_i64..4_000_000_000,
        at in any::<prop::sample::Index>(), to in any::<u8>(),
    ) {
        let [old, new] = seeds.map(PrivateKey::from_seed);
        let change = KeyChange {
            origin: ORIGIN.to_owned(),
            old: old.public(),
            new: new.public(),
            size,
            time: Timestamp::from_seconds(seconds),
        };
        let signed = change.to_note(&change.sign(&old, &new));
        prop_assert_eq!(KeyChange::from_note(&signed), Ok(change));
        let mut bytes = signed.into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        if let Ok(text) = String::from_utf8(bytes) {
            prop_assert!(KeyChange::from_note(&text).is_err());
        }
    }

    #[test]
    fn arbitrary_text_does_not_panic(text in any::<String>(), signatures in any::<Vec<u8>>()) {
        prop_assert!(KeyChange::from_note(&text).is_err());
        prop_assert!(KeyChange::from_note(&change(1, 2, 10).to_note(&signatures)).is_err());
    }
}
