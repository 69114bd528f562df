//! Rotating the log's key: old signatures stay valid, new ones by the old key
//! do not, and an auditor can follow the change.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lac_ledger::signing::keys::PrivateKey;
use lac_ledger::signing::note::{self, Checkpoint};
use rusqlite::Connection;
use serde_json::Value;

use crate::keys::{key_of, rotate, state_of};
use crate::support::{CommandOutput, TestStore, json_str};

fn private_key(store: &TestStore) -> PrivateKey {
    let pem = fs::read_to_string(store.dir().join("keys/audit.pem")).expect("a key");
    PrivateKey::from_pem(&pem).expect("a key")
}

fn signed(key: &PrivateKey, size: u64, root: &Value) -> String {
    let root = STANDARD.decode(json_str(root)).expect("base64");
    let checkpoint = Checkpoint {
        origin: "test.example".to_owned(),
        size,
        root: root.try_into().expect("a root"),
    };
    note::sign(&checkpoint, key)
}

/// A store whose audit key was rotated twice, and files from before.
struct RotatedStore {
    store: TestStore,
    /// The first key, public and private.
    old: String,
    private: PrivateKey,
    files: Vec<PathBuf>,
}

fn rotated_store() -> RotatedStore {
    let store = TestStore::with_sample_data();
    let old = store.run_ok(&["key", "verifier"]).trim().to_owned();
    let private = private_key(&store);
    store.login_url(&["1", "--ticket", "ZD-1"]);
    let path = |name: &str| store.home().join(name);
    let receipt = path("receipt.txt");
    fs::write(&receipt, store.run_ok(&["log", "checkpoint"])).expect("written");
    let export = path("q.csv");
    let shown = export.display().to_string();
    store.run_ok(&["log", "export", &shown, "--proof", "range"]);
    let plain = path("plain.jsonl");
    store.run_ok(&["log", "export", &plain.display().to_string()]);
    store.clock.set("2027-01-05T12:00:00Z");
    store.run_ok(&["log", "archive"]);
    let archive = fs::read_dir(store.dir().join("archive")).expect("archives");
    let archive = archive
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.display().to_string().ends_with(".jsonl.zst"));
    let files = vec![receipt, export, plain, archive.expect("an archive")];
    rotate(&store, "audit");
    store.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    rotate(&store, "audit");
    store.run_ok(&["config", "set", "web/url/use_store", "no"]);
    RotatedStore {
        store,
        old,
        private,
        files,
    }
}

fn verify(store: &TestStore, args: &[&str]) -> CommandOutput {
    store.run(&[&["log", "verify"], args, &["-o", "json"]].concat())
}

#[test]
fn signatures_of_the_old_key_stay_valid() {
    let RotatedStore {
        store, old, files, ..
    } = rotated_store();
    let elsewhere = TestStore::uninitialized();
    let chain = elsewhere.home().join("chain");
    let json = elsewhere.home().join("chain.json");
    fs::write(&chain, store.run_ok(&["key", "verifier", "--all"])).expect("written");
    fs::write(
        &json,
        store.run_ok(&["key", "verifier", "--all", "-o", "json"]),
    )
    .expect("written");
    let new = store.run_ok(&["key", "verifier"]).trim().to_owned();
    assert_ne!(new, old);
    let newer = store.home().join("newer.csv");
    store.run_ok(&[
        "log",
        "export",
        &newer.display().to_string(),
        "--proof",
        "sparse",
        "--ticket",
        "ZD-1",
    ]);
    // With the store, whose key chain covers either key.
    store.run_ok(&["log", "verify"]);
    store.run_ok(&["log", "verify", "--key", &old]);
    let receipt = files[0].display().to_string();
    store.run_ok(&["log", "verify", "--since", &receipt]);
    store.run_ok(&["log", "checkpoint", "--since", &receipt]);
    for (file, is_old) in files
        .iter()
        .map(|file| (file, true))
        .chain([(&newer, false)])
    {
        let file = file.display().to_string();
        store.run_ok(&["log", "verify", "--file", &file]);
        // Without it: the key alone, or another one with the chain.
        let alone = |key: &str| verify(&elsewhere, &["--file", &file, "--key", key]);
        for (key, is_its_own) in [(&old, is_old), (&new, !is_old)] {
            let ran = alone(key);
            if is_its_own {
                ran.assert_succeeded();
            } else {
                ran.assert_failed("unknown_key", 8);
            }
        }
        for chain in [&chain, &json] {
            let chain = chain.display().to_string();
            for key in [&old, &new] {
                let ran = verify(
                    &elsewhere,
                    &["--file", &file, "--key", key, "--chain", &chain],
                );
                let ran = ran.assert_succeeded();
                let is_replaced = ran.stdout.contains("which was replaced at");
                assert_eq!(is_replaced, is_old, "{ran:#?}");
            }
        }
    }
    // An old receipt and a new one: the log continues across the rotation.
    let receipt = store.run_json(&["log", "checkpoint", "--since", &receipt]);
    let path = elsewhere.home().join("new.json");
    fs::write(&path, receipt.to_string()).expect("written");
    let [path, since, chain] = [&path, &files[0], &chain].map(|path| path.display().to_string());
    verify(
        &elsewhere,
        &[
            "--file", &path, "--key", &old, "--chain", &chain, "--since", &since,
        ],
    )
    .assert_succeeded();
    // Rewritten archives keep their checkpoints.
    store.run_ok(&["customer", "remove", "1", "--yes"]);
    store.run_ok(&["log", "erase", "--customer", "1", "--yes"]);
    store.run_ok(&["log", "verify"]);
}

#[test]
fn an_invalid_key_chain_is_refused() {
    let RotatedStore {
        store, old, files, ..
    } = rotated_store();
    let sound = store.run_ok(&["key", "verifier", "--all"]);
    let (first, rest) = sound.split_once("\n\n").expect("a first key");
    assert_eq!(first, old);
    let notes: Vec<&str> = rest.split("\n\nlac key change 1").collect();
    assert_eq!(notes.len(), 2);
    let file = files[0].display().to_string();
    let path = store.home().join("chain");
    let shown = path.display().to_string();
    // All test stores begin with the same key.
    let other = TestStore::new();
    rotate(&other, "audit");
    let other = other.run_ok(&["key", "verifier"]).trim().to_owned();
    let middle = sound.lines().nth(5).expect("the second key").to_owned();
    let (changed, none, not_its) = ("file_tampered", "proof_missing", "unknown_key");
    for (what, text, key, code) in [
        (
            "a digit",
            sound.replacen("2027-", "2028-", 1),
            &old,
            changed,
        ),
        ("the first key left out", rest.to_owned(), &old, none),
        (
            "another first key",
            sound.replacen(&*old, &middle, 1),
            &old,
            changed,
        ),
        (
            "the first change left out",
            format!("{first}\n\nlac key change 1{}", notes[1]),
            &old,
            changed,
        ),
        (
            "half of it",
            sound[..sound.len() - 60].to_owned(),
            &old,
            none,
        ),
        ("no chain", "hello".to_owned(), &old, none),
        ("nothing", String::new(), &old, none),
        ("JSON that is none", "{\"keys\":1}".to_owned(), &old, none),
        ("a key that is none of it", sound.clone(), &other, not_its),
    ] {
        assert_ne!((&text, key), (&sound, &old));
        fs::write(&path, text).expect("written");
        let ran = verify(&store, &["--file", &file, "--key", key, "--chain", &shown]);
        assert!(ran.stderr.contains(code), "{what}: {ran:#?}");
        ran.assert_failed(code, if code == changed { 6 } else { 8 });
    }
    fs::write(&path, &sound).expect("written");
    verify(
        &store,
        &["--file", &file, "--key", &middle, "--chain", &shown],
    )
    .assert_succeeded();
    let missing = format!("{shown}-gone");
    verify(
        &store,
        &["--file", &file, "--key", &old, "--chain", &missing],
    )
    .assert_failed("proof_missing", 8);
}

/// Signatures made with a stolen old key are detected.
#[test]
fn a_checkpoint_forged_with_the_old_key_is_detected() {
    let RotatedStore {
        store,
        old,
        private,
        ..
    } = rotated_store();
    let checkpoint = store.dir().join("checkpoint");
    let sound = fs::read(&checkpoint).expect("a checkpoint");
    let newest = store.run_json(&["log", "checkpoint"]);
    let size = newest["size"].as_u64().expect("a size");
    let chain = store.run_json(&["key", "verifier", "--all"]);
    let until = chain["keys"][0]["until_size"].as_u64().expect("a size");
    let path = store.home().join("forged");
    let shown = path.display().to_string();
    let chain_file = store.home().join("chain");
    fs::write(&chain_file, store.run_ok(&["key", "verifier", "--all"])).expect("written");
    let chain_file = chain_file.display().to_string();
    for (size, root, is_size) in [
        (size, &newest["root"], true),
        (until + 1, &newest["root"], true),
        (size + 5, &newest["root"], true),
        // One of its own sizes with another root.
        (until, &newest["root"], false),
        (1, &newest["root"], false),
    ] {
        let forged = signed(&private, size, root);
        fs::write(&path, &forged).expect("written");
        let ran = verify(&store, &["--since", &shown]);
        assert_eq!(ran.code, 6, "{size}: {ran:#?}");
        // A single file says nothing about the tree, so its size must be
        // enough.
        for key in [&*old, json_str(&newest["key"])] {
            let ran = verify(
                &store,
                &["--file", &shown, "--key", key, "--chain", &chain_file],
            );
            assert_eq!(ran.code, if is_size { 6 } else { 0 }, "{size}: {ran:#?}");
        }
        // In place of the checkpoint file: verify, doctor and every write
        // detect it. Only verify recomputes the archived part.
        fs::write(&checkpoint, forged).expect("written");
        verify(&store, &[]).assert_failed("log_tampered", 6);
        let (code, exit) = match size {
            1 => ("archive_needed", 8),
            _ => ("log_tampered", 6),
        };
        assert_eq!(store.run(&["doctor"]).code, exit);
        let set = ["config", "set", "web/url/use_store", "yes"];
        store.run_failing(&set, code, exit);
        fs::write(&checkpoint, &sound).expect("written");
    }
    store.run_ok(&["log", "verify"]);
}

/// Somebody changes the key rows in the database.
#[test]
fn changed_key_rows_are_detected() {
    let rotated_store = rotated_store();
    let old = rotated_store.store.run_json(&["key", "verifier", "--all"])["keys"][0]["kid"].clone();
    let old = json_str(&old);
    for sql in [
        "UPDATE signing_key SET since_size = since_size + 1 WHERE purpose = 'audit' AND since_size > 0",
        "UPDATE signing_key SET created_at = created_at + 1 WHERE purpose = 'audit' AND since_size > 0",
        "UPDATE signing_key SET signature = zeroblob(128) WHERE purpose = 'audit' AND since_size > 0",
        "UPDATE signing_key SET signature = NULL WHERE purpose = 'audit'",
        "UPDATE signing_key SET signed_by = NULL WHERE purpose = 'audit'",
        "UPDATE signing_key SET since_size = NULL WHERE purpose = 'audit'",
        "UPDATE signing_key SET state = 'active' WHERE purpose = 'audit'",
        "UPDATE signing_key SET state = 'retired' WHERE purpose = 'audit'",
        &format!("DELETE FROM signing_key WHERE kid = '{old}'"),
    ] {
        let store = rotated_store.store.copy_store();
        let database = Connection::open(store.dir().join("lac.db")).expect("a database");
        assert!(database.execute(sql, []).expect("changed") > 0);
        drop(database);
        let ran = verify(&store, &[]);
        assert_eq!(ran.code, 6, "{sql}: {ran:#?}");
        assert_eq!(
            verify(&store, &["--key", &rotated_store.old]).code,
            6,
            "{sql}"
        );
    }
    // The old key is made the signing key: nobody holds its private part here.
    let store = rotated_store.store.copy_store();
    let database = Connection::open(store.dir().join("lac.db")).expect("a database");
    database
        .execute_batch(&format!(
            "DELETE FROM signing_key WHERE purpose = 'audit' AND kid <> '{old}';
             UPDATE signing_key SET state = 'active' WHERE kid = '{old}';"
        ))
        .expect("changed");
    drop(database);
    verify(&store, &[]).assert_failed("log_tampered", 6);
    let set = ["config", "set", "web/url/use_store", "yes"];
    store.run_failing(&set, "key_mismatch", 8);
}

#[test]
fn retiring_a_leaked_audit_key_replaces_it() {
    let store = TestStore::with_sample_data();
    let old = key_of(&store, "audit");
    let retired = store.run_json(&["key", "retire", &old, "--yes"]);
    assert_eq!(state_of(&store, &old), "retired");
    assert_eq!(key_of(&store, "audit"), json_str(&retired["replaced_by"]));
    let log = store.log_events();
    assert_eq!(
        (&log[0]["action"], &log[1]["action"]),
        (&"retire".into(), &"rotate".into())
    );
    assert_eq!(log[1]["details"]["statement"], retired["statement"]);
    assert!(json_str(&retired["statement"]).starts_with("lac key change 1\ntest.example\n"));
    store.run_ok(&["log", "verify"]);
    // Retiring a key that was already rotated changes nothing else.
    let second = key_of(&store, "audit");
    rotate(&store, "audit");
    assert_eq!(state_of(&store, &second), "verifying");
    let retired = store.run_json(&["key", "retire", &second, "--yes"]);
    assert_eq!(
        (&retired["replaced_by"], &retired["changed"]),
        (&Value::Null, &true.into())
    );
    assert_eq!(state_of(&store, &second), "retired");
    store.run_ok(&["log", "verify"]);
    let files = fs::read_dir(store.dir().join("keys"))
        .expect("keys")
        .count();
    assert_eq!(files, 2);
}
