//! Older copies, checkpoints of other logs, other keys.

use std::fs;

use super::{Cases, assert_verifies, copy, database, forge, prepared};
use crate::support::{InProcessStore, TestStore};

fn checkpoint(store: &TestStore, note: impl AsRef<[u8]>) {
    fs::write(store.dir().join("checkpoint"), note).expect("written");
}

/// A store of this name with its own keys.
fn store_with_other_keys() -> TestStore {
    let foreign = TestStore::uninitialized();
    foreign.run(&["whoami"]); // another seed, so other keys
    foreign.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    foreign
}

fn note(store: &TestStore) -> String {
    store.run_ok(&["log", "checkpoint"])
}

fn save_file(store: &TestStore, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = store.home().join(name);
    fs::write(&path, text).expect("written");
    path.to_str().expect("a path").to_owned()
}

#[test]
fn an_older_database_with_a_newer_checkpoint_is_detected() {
    let mut cases = Cases::default();
    let store = copy();
    let older = prepared(|prepared| prepared.older.copy_store());
    fs::copy(super::path(&older), super::path(&store)).expect("put back");
    cases.assert_tampered("the database alone", &store);
    cases.end();
}

/// By itself it is a valid older log; a newer checkpoint reveals it.
#[test]
fn an_older_copy_of_the_store_is_detected_with_a_newer_checkpoint() {
    let (older, newer_note) = prepared(|p| (p.older.copy_store(), p.note.clone()));
    assert_verifies(&older);
    let newer = save_file(&older, "newer.checkpoint", newer_note);
    let mut cases = Cases::default();
    cases.assert_exit("a whole older store", &older, &["--since", &newer], &[6]);
    cases.end();
}

#[test]
fn an_older_checkpoint_verifies_and_another_logs_does_not() {
    let (store, older_note, note_now) =
        prepared(|p| (p.store.copy_store(), p.older_note.clone(), p.note.clone()));
    for (name, text) in [("older", &older_note), ("now", &note_now)] {
        let since = save_file(&store, name, text);
        store.run_json(&["log", "verify", "--since", &since]);
    }
    let mut cases = Cases::default();
    let other = store_with_other_keys();
    let root = note_now.lines().nth(2).expect("a root");
    let other_root = note(&other).lines().nth(2).expect("a root").to_owned();
    for (what, text) in [
        ("another store's", note(&other)),
        (
            "another root",
            older_note.replace(older_note.lines().nth(2).expect("a root"), root),
        ),
        ("of another root", note_now.replace(root, &other_root)),
        (
            "another size",
            older_note.replace(older_note.lines().nth(1).expect("a size"), "17"),
        ),
        (
            "no signature",
            older_note
                .split("\u{2014}")
                .next()
                .expect("text")
                .to_owned(),
        ),
        ("garbage", "garbage\n".to_owned()),
        ("nothing", String::new()),
    ] {
        let since = save_file(&store, "since", text);
        cases.assert_exit(what, &store, &["--since", &since], &[6, 8]);
    }
    let missing = store.home().join("missing");
    let missing = missing.to_str().expect("a path");
    cases.assert_exit("a missing one", &store, &["--since", missing], &[8]);
    cases.end();
}

/// A fork: the same log up to a point, then another history, signed with the
/// same key.
#[test]
fn a_rewritten_history_is_detected_with_a_checkpoint() {
    let (fork, note_now) = prepared(|p| (p.older.copy_store(), p.note.clone()));
    let events = prepared(|p| p.last - p.first);
    InProcessStore::new(&fork).append_setting_changes(usize::try_from(events).expect("few") + 20);
    assert_verifies(&fork);
    let since = save_file(&fork, "since", note_now);
    let mut cases = Cases::default();
    cases.assert_exit("a fork", &fork, &["--since", &since], &[6]);
    cases.end();
}

#[test]
fn unsigned_and_foreign_checkpoints_are_refused() {
    let mut cases = Cases::default();
    let stripped = |note: &str| format!("{}\n", note.split("\n\n").next().expect("text"));
    let note_now = prepared(|p| p.note.clone());

    let store = copy();
    checkpoint(&store, stripped(&newest(&store)));
    cases.assert_tampered("the file's signature", &store);
    let store = copy();
    forge(
        &store,
        "UPDATE audit_head SET note = substr(note, 1, instr(note, x'e28094') - 1)",
    );
    cases.assert_tampered("the database's signature", &store);
    let store = copy();
    let bare = stripped(&newest(&store));
    forge(&store, &format!("UPDATE audit_head SET note = '{bare}'"));
    checkpoint(&store, &bare);
    cases.assert_tampered("both signatures", &store);

    let store = copy();
    let other = store_with_other_keys();
    checkpoint(&store, note(&other));
    cases.assert_tampered("another store's file", &store);
    // The same text, signed with the other store's key.
    let key = fs::read_to_string(other.dir().join("keys/audit.pem")).expect("a key");
    let key = lac_ledger::signing::keys::PrivateKey::from_pem(&key).expect("a key");
    let newest_note = newest(&store);
    let text = format!("{}\n", newest_note.split("\n\n").next().expect("text"));
    let line = lac_ledger::signing::note::sign_text(&text, "test.example", &key);
    let resigned = format!("{text}\n{line}\n");
    checkpoint(&store, &resigned);
    cases.assert_tampered("the file signed anew", &store);
    forge(
        &store,
        &format!("UPDATE audit_head SET note = '{resigned}'"),
    );
    cases.assert_tampered("both signed anew", &store);
    drop(note_now);

    // A checkpoint file of the same size with another root, and one that is
    // ahead.
    let (ahead, store) = (copy(), copy());
    ahead.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    checkpoint(&store, note(&ahead));
    cases.assert_tampered("a file that is ahead", &store);
    store.run(&["config", "set", "web/url/use_store", "yes"]);
    let fork = copy();
    fork.run_ok(&["config", "set", "system/rotation/lifetime", "99"]);
    checkpoint(&fork, note(&ahead));
    cases.assert_tampered("a file of another root", &fork);
    for bytes in [&b"garbage"[..], b"", b"\xff\xfe"] {
        let store = copy();
        checkpoint(&store, bytes);
        cases.assert_tampered("a file of garbage", &store);
    }
    let store = copy();
    fs::remove_file(store.dir().join("checkpoint")).expect("removed");
    cases.assert_exit("no file", &store, &[], &[8]);
    cases.end();
}

fn newest(store: &TestStore) -> String {
    database(store)
        .query_row("SELECT note FROM audit_head", [], |row| row.get(0))
        .expect("a note")
}

/// A new key can sign anything; the old public key reveals the replacement.
#[test]
fn a_replaced_key_is_detected_with_the_old_public_key() {
    let store = copy();
    let kept = store.run_ok(&["key", "verifier"]);
    let other = store_with_other_keys();
    fs::copy(
        other.dir().join("keys/audit.pem"),
        store.dir().join("keys/audit.pem"),
    )
    .expect("put");
    let mut cases = Cases::default();
    // The store has no checkpoint of its own left either.
    cases.assert_exit("a key put in its place", &store, &[], &[6, 8]);
    cases.assert_exit(
        "and the one that was kept",
        &store_with_other_keys(),
        &["--key", kept.trim()],
        &[8],
    );
    fs::remove_file(store.dir().join("keys/audit.pem")).expect("removed");
    cases.assert_exit("no key", &store, &[], &[8]);
    cases.end();
    // The public key is enough to verify.
    store.run_json(&["log", "verify", "--key", kept.trim()]);
}
