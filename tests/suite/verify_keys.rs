//! A signature by a key that the verifier does not hold proves nothing: the
//! result is "could not verify" (exit 8), never "tampered".

use std::fs;
use std::path::Path;

use crate::keys::rotate;
use crate::support::{TestStore, json_str};

/// The files for an auditor, signed with the current key.
struct HandedOver {
    receipt: String,
    export: String,
    archive: String,
}

impl HandedOver {
    fn of(store: &TestStore, day: &'static str) -> Self {
        let path = |name: &str| store.home().join(name).display().to_string();
        store.clock.set(day);
        let archived = store.run_json(&["log", "archive"]);
        let name = json_str(&archived["files"][0]["name"]).to_owned();
        let export = path(&format!("{day}.csv"));
        store.run_ok(&["log", "export", &export, "--proof", "range"]);
        let receipt = path(&format!("{day}.note"));
        fs::write(&receipt, store.run_ok(&["log", "checkpoint"])).expect("written");
        let archive = store.dir().join("archive").join(name);
        Self {
            receipt,
            export,
            archive: archive.display().to_string(),
        }
    }

    fn files(&self) -> [&str; 3] {
        [&self.receipt, &self.export, &self.archive]
    }
}

fn save_file(dir: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = dir.join(name);
    fs::write(&path, text).expect("written");
    path.display().to_string()
}

fn verifier(store: &TestStore) -> String {
    store.run_ok(&["key", "verifier"]).trim().to_owned()
}

/// A store whose keys differ from those of every other test store.
fn store_with_other_keys(name: &str) -> TestStore {
    let store = TestStore::uninitialized();
    for _ in 0..40 {
        store.run(&["--version"]); // another seed, so other keys
    }
    store.run_ok(&["init", "--admin", "alice", "--name", name]);
    store.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    store
}

#[test]
fn files_of_a_newer_key_need_the_key_chain() {
    let store = TestStore::with_sample_data();
    store.login_url(&["1", "--ticket", "ZD-1"]);
    let first_key = verifier(&store);
    let older = HandedOver::of(&store, "2027-01-05T12:00:00Z");
    rotate(&store, "audit");
    store.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    let newer = HandedOver::of(&store, "2027-04-05T12:00:00Z");
    let newer_key = verifier(&store);

    let auditor = TestStore::uninitialized();
    let all = store.run_ok(&["key", "verifier", "--all"]);
    let chain = save_file(auditor.home(), "audit.chain", all);
    for (files, not_theirs) in [(&newer, &first_key), (&older, &newer_key)] {
        for file in files.files() {
            let verify = ["log", "verify", "--file", file, "--key", not_theirs];
            let refused = auditor.run_failing(&verify, "unknown_key", 8);
            let hint = json_str(&refused["hint"]);
            assert!(
                hint.contains("--chain") && hint.contains("its chain of keys"),
                "{hint}"
            );
            let error_text = refused.to_string();
            assert!(
                !error_text.contains("tampered") && !error_text.contains("evidence"),
                "{error_text}"
            );
            auditor.run_ok(&[&verify[..], &["--chain", &chain]].concat());
        }
    }
    // The older receipt of a file is checked, too.
    let json = store.run_json(&["log", "checkpoint", "--since", &older.receipt]);
    let newest = save_file(auditor.home(), "newest.json", json.to_string());
    let continues = [
        "log",
        "verify",
        "--file",
        &newest,
        "--key",
        &newer_key,
        "--since",
        &older.receipt,
    ];
    auditor.run_failing(&continues, "unknown_key", 8);
    auditor.run_ok(&[&continues[..], &["--chain", &chain]].concat());
}

#[test]
fn signatures_of_another_store_prove_nothing_about_this_one() {
    let store = TestStore::with_sample_data();
    store.login_url(&["1", "--ticket", "ZD-1"]);
    let own_key = verifier(&store);
    for (name, code) in [
        ("test.example", "unknown_key"),
        ("best.example", "another_log"),
    ] {
        let other = store_with_other_keys(name);
        let other_key = verifier(&other);
        assert_ne!(own_key, other_key);
        let theirs = HandedOver::of(&other, "2027-01-05T12:00:00Z");
        let receipt_json = other.run_json(&["log", "checkpoint"]).to_string();
        let receipt_json = save_file(other.home(), "receipt.json", receipt_json);
        for file in theirs.files().into_iter().chain([receipt_json.as_str()]) {
            other.run_ok(&["log", "verify", "--file", file]);
            // With this store's own keys, and with only its public key.
            store.run_failing(&["log", "verify", "--file", file], code, 8);
            let alone = ["log", "verify", "--file", file, "--key", &own_key];
            TestStore::uninitialized().run_failing(&alone, code, 8);
        }
        // As an older checkpoint: of the log, of a receipt, of a file.
        let since = ["--since", &theirs.receipt];
        store.run_failing(&[&["log", "verify"][..], &since].concat(), code, 8);
        store.run_failing(&[&["log", "checkpoint"][..], &since].concat(), code, 8);
        let own = save_file(
            store.home(),
            "own.note",
            store.run_ok(&["log", "checkpoint"]),
        );
        let file = ["log", "verify", "--file", &own, "--key", &own_key];
        store.run_ok(&file);
        store.run_failing(&[&file[..], &since].concat(), code, 8);
        // Its key chain, for the key of this store.
        rotate(&other, "audit");
        let chain = other.run_ok(&["key", "verifier", "--all"]);
        let chain = save_file(store.home(), "their.chain", chain);
        store.run_failing(&[&file[..], &["--chain", &chain]].concat(), code, 8);
    }
    store.run_ok(&["log", "verify"]);
}

/// A key that is not the log's proves nothing about it; tampering is still
/// found with the log's own keys.
#[test]
fn a_key_of_another_log_proves_nothing_about_this_one() {
    let store = TestStore::with_sample_data();
    let other_key = verifier(&store_with_other_keys("test.example"));
    let verify = ["log", "verify", "--key", &other_key];
    store.run_failing(&verify, "unknown_key", 8);
    let database = rusqlite::Connection::open(store.dir().join("lac.db")).expect("a database");
    let sql = "UPDATE audit_event SET record = replace(record, 'alice', 'malice') WHERE seq = 3";
    assert_eq!(database.execute(sql, []).expect("changed"), 1);
    drop(database);
    store.run_failing(&verify, "log_tampered", 6);
}

/// A text that was changed after a trusted key signed it is reported as
/// tampered.
#[test]
fn an_invalid_signature_of_a_trusted_key_is_tampering() {
    let store = TestStore::with_sample_data();
    let key = verifier(&store);
    let sound = store.run_ok(&["log", "checkpoint"]);
    let size = sound.lines().nth(1).expect("a size");
    let changed = save_file(store.home(), "changed", sound.replacen(size, "7", 1));
    let verify = ["log", "verify", "--file", &changed, "--key", &key];
    store.run_failing(&verify, "file_tampered", 6);
    store.run_failing(&["log", "verify", "--since", &changed], "file_tampered", 6);
}

/// Without the store, an erased part looks like a withheld one.
#[test]
fn without_the_store_a_missing_part_is_erased_or_withheld() {
    let store = TestStore::with_sample_data();
    store.login_url(&["1", "--ticket", "ZD-1"]);
    store.run_ok(&["customer", "remove", "1", "--yes"]);
    store.run_ok(&["log", "erase", "--customer", "1", "--yes"]);
    let files = HandedOver::of(&store, "2027-01-05T12:00:00Z");
    let key = verifier(&store);
    for file in [&files.export, &files.archive] {
        let verify = ["log", "verify", "--file", file, "--key", &key];
        for shown in [store.run_json(&verify).to_string(), store.run_ok(&verify)] {
            assert!(shown.contains("erased or withheld"), "{shown}");
            assert!(!shown.contains("were erased"), "{shown}");
        }
    }
}
