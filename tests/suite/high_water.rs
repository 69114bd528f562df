//! The checkpoint file is a high-water mark outside the database. A file behind
//! the log is healthy; one that is ahead or different means tampering; without
//! one the log cannot be verified. The tree over the events is recomputed
//! independently.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rusqlite::Connection;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};

use crate::support::{TestStore, create_user_with_own_role};

type Hash = [u8; 32];

const FLAG: &str = "web/url/use_store";

/// A command that records one event.
fn record_event(store: &TestStore) {
    let value = if store.run_ok(&["config", "get", FLAG]) == "yes\n" {
        "no"
    } else {
        "yes"
    };
    store.run_ok(&["config", "set", FLAG, value]);
}

fn file(store: &TestStore) -> PathBuf {
    store.dir().join("checkpoint")
}

/// The newest note in the checkpoint file.
fn note(store: &TestStore) -> String {
    newest_note(&fs::read_to_string(file(store)).expect("a checkpoint"))
}

/// The last note of a list: three lines of text, an empty one, a signature.
pub(crate) fn newest_note(list: &str) -> String {
    let lines: Vec<&str> = list.split_inclusive('\n').collect();
    lines[lines.len() - 5..].concat()
}

fn write_checkpoint(store: &TestStore, note: impl AsRef<[u8]>) {
    fs::write(file(store), note).expect("written");
}

/// The database and its WAL, as in a backup.
pub(crate) fn copy(store: &TestStore) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = ["lac.db", "lac.db-wal"].map(|name| store.dir().join(name));
    let read = |path: PathBuf| Some((path.clone(), fs::read(path).ok()?));
    paths.into_iter().filter_map(read).collect()
}

pub(crate) fn restore(store: &TestStore, copy: &[(PathBuf, Vec<u8>)]) {
    for name in ["lac.db", "lac.db-wal", "lac.db-shm"] {
        let _ = fs::remove_file(store.dir().join(name));
    }
    for (path, bytes) in copy {
        fs::write(path, bytes).expect("written");
    }
}

fn database(store: &TestStore) -> Connection {
    Connection::open(store.dir().join("lac.db")).expect("a database")
}

fn events(store: &TestStore) -> i64 {
    let count = "SELECT count(*) FROM audit_event";
    database(store)
        .query_row(count, [], |row| row.get(0))
        .expect("a count")
}

/// Writes, the checkpoint and doctor all report tampering, and nothing is
/// added.
#[track_caller]
fn assert_tampered(store: &TestStore) {
    let before = events(store);
    store.run_failing(
        &["config", "set", "system/rotation/lifetime", "99"],
        "log_tampered",
        6,
    );
    store.run_failing(&["log", "checkpoint"], "log_tampered", 6);
    assert_eq!(store.run(&["doctor"]).code, 6);
    assert_eq!(events(store), before);
}

#[test]
fn a_checkpoint_behind_after_a_kill_catches_up() {
    let store = TestStore::new();
    let old = note(&store);
    record_event(&store);
    record_event(&store);
    let newest = note(&store);
    // Killed twice between commit and file.
    write_checkpoint(&store, &old);
    assert_eq!(store.run_ok(&["log", "checkpoint"]), newest);
    record_event(&store);
    assert_eq!(note(&store), store.run_ok(&["log", "checkpoint"]));
    assert_ne!(note(&store), newest);
}

/// A power cut in the middle of an append. The act is durable, because it was
/// committed before; the file is behind.
#[test]
fn a_checkpoint_that_was_cut_off_is_behind() {
    let store = TestStore::new();
    record_event(&store);
    let whole = fs::read(file(&store)).expect("a checkpoint");
    record_event(&store);
    let longer = fs::read(file(&store)).expect("a checkpoint");
    assert!(longer.starts_with(&whole), "the note was not appended");
    for cut in [whole.len() + 1, longer.len() - 40, longer.len() - 1] {
        write_checkpoint(&store, &longer[..cut]);
        store.run_ok(&["log", "verify"]);
        let mut zeroed = longer.clone();
        zeroed[cut..].fill(0);
        write_checkpoint(&store, zeroed);
        assert_eq!(store.run(&["doctor"]).code, 0);
        record_event(&store);
        assert_eq!(note(&store), store.run_ok(&["log", "checkpoint"]));
    }
    // Older notes in the list are verified as well.
    let changed = String::from_utf8(longer).expect("text");
    let signature = changed.lines().nth(4).expect("a signature").to_owned();
    let other = signature.replace(&signature[signature.len() - 8..], "AAAAAAA=");
    write_checkpoint(&store, changed.replace(&signature, &other));
    store.run_failing(&["log", "verify"], "log_tampered", 6);
}

#[test]
fn a_leftover_temporary_checkpoint_is_replaced_safely() {
    let store = TestStore::new();
    let temporary = store.dir().join("checkpoint.new");
    let victim = store.home().join("victim");
    // The file is replaced, not appended to, after an interrupted append.
    let interrupt = || {
        let list = fs::read_to_string(file(&store)).expect("a checkpoint");
        write_checkpoint(&store, list + "\ntest.exam");
    };
    std::fs::write(&victim, "mine").expect("a file");
    std::os::unix::fs::symlink(&victim, &temporary).expect("a link");
    interrupt();
    record_event(&store);
    assert_eq!(std::fs::read_to_string(&victim).expect("a file"), "mine");
    std::fs::write(&temporary, "half a checkpo").expect("a file");
    interrupt();
    record_event(&store);
    assert!(!temporary.exists());
    assert!(note(&store).contains(&format!("\n{}\n", events(&store))));
}

#[test]
fn a_checkpoint_may_be_behind_by_whole_subtrees() {
    let store = TestStore::new();
    let mut notes = Vec::new();
    for value in ["yes", "no"].iter().cycle().take(255) {
        notes.push(note(&store));
        store.run_ok(&["config", "set", FLAG, value]);
    }
    for at in [0, 200, 251, 252, 253] {
        write_checkpoint(&store, &notes[at]);
        store.run_ok(&["log", "checkpoint"]);
    }
    record_event(&store);
    assert_eq!(root(&records(&store)), newest_root(&store));
}

#[test]
fn a_checkpoint_ahead_of_the_log_means_a_restored_database() {
    let store = TestStore::new();
    let older = copy(&store);
    record_event(&store);
    restore(&store, &older);
    assert_tampered(&store);
}

#[test]
fn another_root_of_the_same_size_is_a_fork() {
    let store = TestStore::new();
    let (older, before) = (copy(&store), note(&store));
    record_event(&store);
    let other = note(&store);
    restore(&store, &older);
    write_checkpoint(&store, before);
    record_event(&store);
    let sizes = [&other, &note(&store)].map(|note| note.lines().nth(1).map(str::to_owned));
    assert_eq!(sizes[0], sizes[1]);
    write_checkpoint(&store, &other);
    assert_tampered(&store);
}

#[test]
fn a_fork_behind_the_log_is_detected() {
    let store = TestStore::new();
    let (older, before) = (copy(&store), note(&store));
    record_event(&store);
    let other = note(&store);
    restore(&store, &older);
    write_checkpoint(&store, before);
    record_event(&store);
    record_event(&store);
    write_checkpoint(&store, other);
    assert_tampered(&store);
}

#[test]
fn a_foreign_or_broken_checkpoint_file_is_rejected() {
    let store = TestStore::new();
    let good = note(&store);
    let foreign = TestStore::uninitialized();
    foreign.run(&["whoami"]); // another seed, so other keys
    foreign.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    let mut flipped = good.clone().into_bytes();
    let last = flipped.len() - 10;
    flipped[last] ^= 1;
    let smaller = good.replacen("\n4\n", "\n3\n", 1);
    for bad in [
        note(&foreign).into_bytes(),
        flipped,
        smaller.into_bytes(),
        b"garbage\n".to_vec(),
        vec![],
    ] {
        write_checkpoint(&store, bad);
        assert_tampered(&store);
        store.run_failing(&["log", "recover", "--yes"], "log_tampered", 6);
    }
    write_checkpoint(&store, good);
    record_event(&store);
}

#[test]
fn a_missing_checkpoint_stops_writes_until_recovered() {
    let store = TestStore::new();
    let clerk = create_user_with_own_role(&store, "clerk", &["system_magento_logging_events"]);
    store.run_failing(&["log", "recover", "--yes"], "already_exists", 7);
    fs::remove_file(file(&store)).expect("removed");
    store.run_failing(&["config", "set", FLAG, "yes"], "checkpoint_missing", 8);
    store.run_failing(&["log", "checkpoint"], "checkpoint_missing", 8);
    let before = store.log_events();
    store
        .run_as(&clerk, &["log", "recover", "-y", "-o", "json"])
        .assert_failed("resource_denied", 4);
    store.run_failing(&["log", "recover"], "confirmation_required", 2);
    assert!(!file(&store).exists());
    let recovered = store.run_json(&["log", "recover", "--yes"]);
    assert_eq!(recovered["events"], before.len());
    let event = &store.log_events()[0];
    assert_eq!(
        (&event["action_group"], &event["action"]),
        (&"log".into(), &"recover".into())
    );
    assert_eq!(event["seq"], recovered["audit_seq"]);
    assert_eq!(note(&store), store.run_ok(&["log", "checkpoint"]));
    record_event(&store);
}

#[test]
fn recovery_rehashes_every_event() {
    let store = TestStore::new();
    record_event(&store);
    fs::remove_file(file(&store)).expect("removed");
    let forge = "UPDATE audit_event SET record = replace(record, 'alice', 'mallory') WHERE seq = 2";
    assert_eq!(database(&store).execute(forge, []).expect("changed"), 1);
    store.run_failing(&["log", "recover", "--yes"], "log_tampered", 6);
    assert!(!file(&store).exists());
}

#[test]
fn a_changed_head_or_missing_last_event_is_detected() {
    for forge in [
        "UPDATE audit_head SET size = size - 1",
        "UPDATE audit_head SET size = size + 1",
        "UPDATE audit_head SET nodes = zeroblob(length(nodes))",
        "UPDATE audit_head SET note = replace(note, 'test.example', 'best.example')",
        "UPDATE audit_head SET note = ''",
        "DELETE FROM audit_head",
        "DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)",
    ] {
        let store = TestStore::new();
        assert_eq!(database(&store).execute(forge, []).expect(forge), 1);
        assert_tampered(&store);
    }
}

/// The database and the note are all that an auditor needs; the program itself
/// only prints the checkpoint.
#[test]
fn the_tree_can_be_recomputed_independently() {
    let store = TestStore::new();
    store
        .run_as("lac_nonsense", &["log", "list", "-o", "json"])
        .assert_failed("not_authenticated", 4);
    for _ in 0..6 {
        record_event(&store);
    }
    let records = records(&store);
    assert_eq!(root(&records), newest_root(&store));

    let receipt = store.run_json(&["log", "checkpoint"]);
    let vkey = receipt["key"].as_str().expect("a key");
    let verifier = StandardVerifier::new(vkey).expect("a verifier key");
    let signed = Note::from_bytes(note(&store).as_bytes()).expect("a signed note");
    let (by, _) = signed
        .verify(&VerifierList::new(vec![Box::new(verifier)]))
        .expect("verified");
    assert_eq!(by.len(), 1);
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(signed.text()).expect("a checkpoint");
    assert_eq!(checkpoint.origin(), "test.example");
    assert_eq!(checkpoint.size(), records.len() as u64);
    assert_eq!(checkpoint.hash().0, root(&records));
    assert_eq!(receipt["size"], records.len());
    assert_eq!(receipt["root"], STANDARD.encode(root(&records)));
}

#[test]
fn sequence_numbers_times_and_commitments_are_correct() {
    let store = TestStore::new();
    for clock in [
        "2026-10-06T00:00:00Z",
        "2026-10-05T00:00:00Z",
        "2026-10-06T00:00:00Z",
    ] {
        store.clock.set(clock);
        record_event(&store);
    }
    let connection = database(&store);
    let sql = "SELECT seq, record, shopper, shopper_salt, staff, staff_salt FROM audit_event ORDER BY seq";
    let mut statement = connection.prepare(sql).expect("a statement");
    let mut rows = statement.query([]).expect("rows");
    let (mut seq, mut time) = (0, String::new());
    while let Some(row) = rows.next().expect("a row") {
        seq += 1;
        let text = |at: usize| row.get::<_, String>(at).expect("text");
        let salt = |at: usize| row.get::<_, Vec<u8>>(at).expect("a salt");
        let record: Value = serde_json::from_str(&text(1)).expect("JSON");
        assert_eq!(row.get::<_, i64>(0).expect("a seq"), seq);
        assert_eq!(record["seq"], seq);
        let own = record["time"].as_str().expect("a time");
        assert!(own > time.as_str(), "{own} after {time}");
        time = own.to_owned();
        assert_eq!(record["shopper"], commitment(&salt(3), &text(2)));
        assert_eq!(record["staff"], commitment(&salt(5), &text(4)));
    }
    assert_eq!(seq, 7);
    // The clock was set back: the event says what it showed.
    let back = store.run_ok(&["log", "show", "6", "--raw"]);
    assert!(
        back.contains(
            r#""time":"2026-10-06T00:00:00.000001Z","clock":"2026-10-05T00:00:00.000000Z""#
        )
    );
}

fn records(store: &TestStore) -> Vec<String> {
    let connection = database(store);
    let sql = "SELECT record FROM audit_event ORDER BY seq";
    let mut statement = connection.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a record")).collect()
}

fn newest_root(store: &TestStore) -> Hash {
    let note = note(store);
    let root = STANDARD
        .decode(note.lines().nth(2).expect("a root"))
        .expect("base64");
    root.try_into().expect("32 bytes")
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// RFC 6962 section 2.1, as written there.
fn root(records: &[String]) -> Hash {
    match records {
        [] => sha256(&[]),
        [one] => sha256(&[&[0], one.as_bytes()]),
        some => {
            let half = some.len().next_power_of_two() / 2;
            let (left, right) = some.split_at(half);
            sha256(&[&[1], &root(left), &root(right)])
        }
    }
}

fn commitment(salt: &[u8], part: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(&[&[2], salt, part.as_bytes()]))
}
