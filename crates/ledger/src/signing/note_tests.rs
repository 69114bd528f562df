use super::*;
use crate::merkle::leaf_hash;
use proptest::prelude::*;
use signed_note::{Note, StandardVerifier, VerifierList};

const ORIGIN: &str = "shop.example/käse";

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed([seed; 32])
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.into(),
        size: 123,
        root: leaf_hash(b"hello world"),
    }
}

fn open_note(note: &str) -> Result<Checkpoint, NoteError> {
    open(note.as_bytes(), ORIGIN, &[key(1).public(), key(2).public()])
}

/// The example of the signed-note specification and of Go's `note` package.
#[test]
fn example_note_of_the_specification() {
    let seed = STANDARD
        .decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
        .unwrap();
    let key = PrivateKey::from_seed(seed[1..].try_into().unwrap());
    assert_eq!(
        verifier_key("PeterNeumann", &key.public()),
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    );
    let text = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n";
    let line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    assert_eq!(
        sign_note(text, "PeterNeumann", &key),
        format!("{text}\n{line}")
    );
}

#[test]
fn notes_match_another_implementation() {
    let note = sign(&checkpoint(), &key(1));
    let known = StandardVerifier::new(&verifier_key(ORIGIN, &key(1).public())).unwrap();
    let theirs = Note::from_bytes(note.as_bytes()).unwrap();
    let verified = theirs.verify(&VerifierList::new(vec![Box::new(known)]));
    assert_eq!(verified.unwrap().0.len(), 1);
    let body = tlog_tiles::Checkpoint::from_bytes(theirs.text()).unwrap();
    assert_eq!((body.origin(), body.size()), (ORIGIN, 123));
    assert_eq!(body.hash().0, checkpoint().root);
}

#[test]
fn notes_open_and_other_signers_are_ignored() {
    let note = sign(&checkpoint(), &key(1));
    assert_eq!(open_note(&note), Ok(checkpoint()));
    let line = |name: &str, seed| {
        let sealed = sign_note(&checkpoint().text(), name, &key(seed));
        sealed.split_once("\n\n").unwrap().1.to_owned()
    };
    let witnessed = note.clone() + &line("witness.example", 9) + &line(ORIGIN, 9);
    assert_eq!(open_note(&witnessed), Ok(checkpoint()));
    assert_eq!(
        open_note(&(note.clone() + &line(ORIGIN, 2))),
        Ok(checkpoint())
    );
    assert_eq!(
        open_note(&(note.clone() + &line(ORIGIN, 1))),
        Err(NoteError::Signature)
    );
    assert_eq!(
        open_note(&(note.clone() + "— x y\n")),
        Err(NoteError::SignatureLine)
    );
    assert_eq!(
        open_note(&(note + "noise\n")),
        Err(NoteError::SignatureLine)
    );
}

#[test]
fn wrong_keys_origins_and_texts_are_refused() {
    assert_eq!(
        open_note(&sign(&checkpoint(), &key(9))),
        Err(NoteError::UnknownKey)
    );
    let note = sign(&checkpoint(), &key(1));
    let keys = [key(1).public()];
    assert_eq!(
        open(note.as_bytes(), "other", &keys),
        Err(NoteError::Origin)
    );
    let bodies = [
        "0123",
        "+123",
        "-1",
        "",
        " 123",
        "18446744073709551616",
        "123\nextension",
    ];
    for body in bodies {
        let text = checkpoint().text().replace("123", body);
        let refused = open_note(&sign_note(&text, ORIGIN, &key(1)));
        assert_eq!(refused, Err(NoteError::Body), "{body}");
    }
    assert_eq!(
        open_note(&note.replace("\n123\n", "\n124\n")),
        Err(NoteError::Signature)
    );
    assert_eq!(
        open_note(&note.replace('\n', "\r\n")),
        Err(NoteError::Malformed)
    );
    assert_eq!(open_note(note.trim_end()), Err(NoteError::Malformed));
    assert_eq!(open_note(&checkpoint().text()), Err(NoteError::Malformed));
    assert_eq!(
        open_note(&(checkpoint().text() + "\n")),
        Err(NoteError::Malformed)
    );
    assert_eq!(open(b"\xff\n\n", ORIGIN, &keys), Err(NoteError::Malformed));
    assert_eq!(
        open_note(&"\n".repeat(MAX_NOTE_BYTES + 1)),
        Err(NoteError::TooLong)
    );
}

#[test]
fn invalid_origins_are_refused() {
    for good in ["shop", "shop.example/log", "käse", &"x".repeat(255)] {
        assert!(is_valid_origin(good));
    }
    for bad in [
        "",
        "a b",
        "a+b",
        "a\tb",
        "a\u{a0}b",
        "a\u{85}b",
        "a\u{7f}",
        &"x".repeat(256),
    ] {
        assert!(!is_valid_origin(bad), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn any_changed_character_is_detected(at in 0_usize..10_000, to in "[ -~\n]") {
        let note = sign(&checkpoint(), &key(1));
        let at = at % note.len();
        prop_assume!(note.is_char_boundary(at) && note.is_char_boundary(at + 1));
        prop_assume!(note[at..=at] != to);
        let changed = format!("{}{to}{}", &note[..at], &note[at + 1..]);
        prop_assert!(open_note(&changed).is_err());
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(open(&bytes, ORIGIN, &[key(1).public()]).is_err());
    }
}
