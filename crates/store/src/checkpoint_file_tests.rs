use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// What a note of this size looks like. Its signature is not checked here.
fn note(size: u64) -> String {
    format!(
        "shop.example\n{size}\nTuzQh05mJCNLQU9CZhipJx=\n\n\u{2014} shop.example Dq/oZK5V1Wcln{size}\n"
    )
}

fn list(sizes: impl IntoIterator<Item = u64>) -> String {
    sizes.into_iter().map(note).collect::<Vec<_>>().join("\n")
}

fn file_with(bytes: &[u8]) -> (tempfile::TempDir, CheckpointFile) {
    let dir = tempfile::tempdir().expect("a directory");
    let file = CheckpointFile(dir.path().join("checkpoint"));
    fs::write(&file.0, bytes).expect("written");
    (dir, file)
}

fn newest_bytes(bytes: &[u8]) -> Vec<u8> {
    let (_dir, file) = file_with(bytes);
    file.read().expect("readable").expect("a file")
}

fn newest(bytes: &[u8]) -> String {
    String::from_utf8(newest_bytes(bytes)).expect("text")
}

#[test]
fn the_last_note_counts() {
    assert_eq!(newest(note(9).as_bytes()), note(9));
    assert_eq!(newest(list(9..14).as_bytes()), note(13));
    let (_dir, file) = file_with(list(9..12).as_bytes());
    let all = file.read_notes().expect("readable").expect("a file");
    assert_eq!(all, [note(9), note(10), note(11)].map(String::into_bytes));
}

#[test]
fn notes_are_appended_until_the_file_is_replaced() {
    let (_dir, file) = file_with(note(1).as_bytes());
    let mut replaced = 0;
    for size in 2..=200 {
        let before = fs::metadata(&file.0).expect("a file").len();
        file.advance(&note(size)).expect("written");
        let after = fs::metadata(&file.0).expect("a file").len();
        assert!(after <= MAX_LIST_BYTES as u64);
        if after < before {
            replaced += 1;
            assert_eq!(after, note(size).len() as u64, "the newest note alone");
        }
        let newest = file.read().expect("readable").expect("a file");
        assert_eq!(newest, note(size).as_bytes());
    }
    assert!((1..20).contains(&replaced), "{replaced}");
    let mode = fs::metadata(&file.0).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// A power cut leaves any prefix of what was appended, and zero bytes where
/// pages were not written. The notes before that place count, and the next
/// append replaces the file.
#[test]
fn an_interrupted_append_leaves_the_notes_before_it() {
    let (first, whole) = (note(9), list(9..12));
    let second = first.len() + 1 + note(10).len();
    for cut in first.len()..=whole.len() {
        let expected = match cut {
            _ if cut == whole.len() => note(11),
            _ if cut >= second => note(10),
            _ => note(9),
        };
        assert_eq!(newest(&whole.as_bytes()[..cut]), expected, "cut at {cut}");
        let mut zeroed = whole.clone().into_bytes();
        zeroed[cut..].fill(0);
        assert_eq!(newest(&zeroed), expected, "zeros from {cut}");
        // A page in the middle is missing.
        let mut hole = whole.clone().into_bytes();
        let end = (cut + 40).min(hole.len());
        hole[cut..end].fill(0);
        let kept = newest(&hole);
        assert!([note(9), note(10), note(11)].contains(&kept), "{cut}");
        let (_dir, file) = file_with(&whole.as_bytes()[..cut]);
        file.advance(&note(12)).expect("written");
        assert_eq!(file.read().expect("readable"), Some(note(12).into_bytes()));
        file.advance(&note(13)).expect("written");
        assert_eq!(file.read().expect("readable"), Some(note(13).into_bytes()));
    }
}

/// The first note was synced before the file got its name, so nothing but
/// tampering changes it. The file is returned whole, and is no valid note.
#[test]
fn anything_else_is_returned_as_it_is() {
    let whole = list(9..12);
    for cut in 0..note(9).len() {
        let bytes = &whole.as_bytes()[..cut];
        assert_eq!(newest_bytes(bytes), bytes, "cut at {cut}");
    }
    for garbage in [
        "garbage",
        "\n",
        "shop.example\n9\nroot\n",
        &format!("\n{}", note(9)),
        &format!("{}x", note(9)),
        &format!("{}\ngarbage\n\nmore\n", note(9)),
        &format!("{}\n\n{}", note(9), note(10)),
    ] {
        assert_eq!(newest(garbage.as_bytes()), *garbage);
    }
    let long = "x".repeat(1_000_000);
    assert_eq!(newest(long.as_bytes()).len() as u64, MAX_READ_BYTES);
}

#[test]
fn a_link_or_a_missing_file_is_replaced() {
    let (dir, file) = file_with(note(1).as_bytes());
    let victim = dir.path().join("victim");
    fs::rename(&file.0, &victim).expect("renamed");
    assert_eq!(file.read().expect("no file"), None);
    symlink(&victim, &file.0).expect("a link");
    file.advance(&note(2)).expect("written");
    assert_eq!(fs::read_to_string(&victim).expect("a file"), note(1));
    assert!(!file.0.is_symlink());
    fs::remove_file(&file.0).expect("removed");
    file.advance(&note(3)).expect("written");
    assert_eq!(file.read().expect("readable"), Some(note(3).into_bytes()));
}
