//! What a verifier can say about something that a key signed which it does not
//! hold: nothing. That is "could not verify" (exit 8), and never "tampered".

use std::fs;
use std::path::Path;

use crate::keys::rotate;
use crate::support::{Store, text};

/// What can be handed to an auditor, made by the key that signs now.
struct HandedOver {
    receipt: String,
    export: String,
    archive: String,
}

impl HandedOver {
    fn of(store: &Store, day: &'static str) -> Self {
        let path = |name: &str| store.home().join(name).display().to_string();
        store.clock.set(day);
        let archived = store.json(&["log", "archive"]);
        let name = text(&archived["files"][0]["name"]).to_owned();
        let export = path(&format!("{day}.csv"));
        store.ok(&["log", "export", &export, "--proof", "range"]);
        let receipt = path(&format!("{day}.note"));
        fs::write(&receipt, store.ok(&["log", "checkpoint"])).expect("written");
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

fn saved(dir: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = dir.join(name);
    fs::write(&path, text).expect("written");
    path.display().to_string()
}

fn verifier(store: &Store) -> String {
    store.ok(&["key", "verifier"]).trim().to_owned()
}

/// A store with other keys than every other store of these tests.
fn stranger(name: &str) -> Store {
    let store = Store::none();
    for _ in 0..40 {
        store.run(&["--version"]); // another seed, so other keys
    }
    store.ok(&["init", "--admin", "alice", "--name", name]);
    store.ok(&["config", "set", "web/url/use_store", "yes"]);
    store
}

#[test]
fn files_of_a_newer_key_need_the_chain_and_are_not_called_tampered() {
    let store = Store::with_shop();
    store.login_url(&["1", "--ticket", "ZD-1"]);
    let first_key = verifier(&store);
    let older = HandedOver::of(&store, "2027-01-05T12:00:00Z");
    rotate(&store, "audit");
    store.ok(&["config", "set", "web/url/use_store", "yes"]);
    let newer = HandedOver::of(&store, "2027-04-05T12:00:00Z");
    let newer_key = verifier(&store);

    let auditor = Store::none();
    let all = store.ok(&["key", "verifier", "--all"]);
    let chain = saved(auditor.home(), "audit.chain", all);
    for (files, not_theirs) in [(&newer, &first_key), (&older, &newer_key)] {
        for file in files.files() {
            let verify = ["log", "verify", "--file", file, "--key", not_theirs];
            let refused = auditor.fails(&verify, "unknown_key", 8);
            let hint = text(&refused["hint"]);
            assert!(
                hint.contains("--chain") && hint.contains("the chain of its keys"),
                "{hint}"
            );
            let said = refused.to_string();
            assert!(
                !said.contains("tampered") && !said.contains("evidence"),
                "{said}"
            );
            auditor.ok(&[&verify[..], &["--chain", &chain]].concat());
        }
    }
    // The older receipt, too, of a file that is checked.
    let json = store.json(&["log", "checkpoint", "--since", &older.receipt]);
    let newest = saved(auditor.home(), "newest.json", json.to_string());
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
    auditor.fails(&continues, "unknown_key", 8);
    auditor.ok(&[&continues[..], &["--chain", &chain]].concat());
}

#[test]
fn what_another_store_signed_says_nothing_about_this_one() {
    let store = Store::with_shop();
    store.login_url(&["1", "--ticket", "ZD-1"]);
    let own_key = verifier(&store);
    for (name, code) in [
        ("test.example", "unknown_key"),
        ("best.example", "another_log"),
    ] {
        let other = stranger(name);
        let other_key = verifier(&other);
        assert_ne!(own_key, other_key);
        let theirs = HandedOver::of(&other, "2027-01-05T12:00:00Z");
        let receipt_json = other.json(&["log", "checkpoint"]).to_string();
        let receipt_json = saved(other.home(), "receipt.json", receipt_json);
        for file in theirs.files().into_iter().chain([receipt_json.as_str()]) {
            other.ok(&["log", "verify", "--file", file]);
            // With this store's own keys, and with its public key alone.
            store.fails(&["log", "verify", "--file", file], code, 8);
            let alone = ["log", "verify", "--file", file, "--key", &own_key];
            Store::none().fails(&alone, code, 8);
        }
        // As an older checkpoint: of the log, of a receipt, of a file.
        let since = ["--since", &theirs.receipt];
        store.fails(&[&["log", "verify"][..], &since].concat(), code, 8);
        store.fails(&[&["log", "checkpoint"][..], &since].concat(), code, 8);
        let own = saved(store.home(), "own.note", store.ok(&["log", "checkpoint"]));
        let file = ["log", "verify", "--file", &own, "--key", &own_key];
        store.ok(&file);
        store.fails(&[&file[..], &since].concat(), code, 8);
        // Its chain of keys, for the key of this one.
        rotate(&other, "audit");
        let chain = other.ok(&["key", "verifier", "--all"]);
        let chain = saved(store.home(), "their.chain", chain);
        store.fails(&[&file[..], &["--chain", &chain]].concat(), code, 8);
    }
    store.ok(&["log", "verify"]);
}

/// A key that is none of the log's proves nothing about it; what the log's own
/// keys prove is found all the same.
#[test]
fn a_log_that_is_verified_with_a_key_that_is_none_of_its() {
    let store = Store::with_shop();
    let other_key = verifier(&stranger("test.example"));
    let verify = ["log", "verify", "--key", &other_key];
    store.fails(&verify, "unknown_key", 8);
    let database = rusqlite::Connection::open(store.dir().join("lac.db")).expect("a database");
    let sql = "UPDATE audit_event SET record = replace(record, 'alice', 'malice') WHERE seq = 3";
    assert_eq!(database.execute(sql, []).expect("changed"), 1);
    drop(database);
    store.fails(&verify, "log_tampered", 6);
}

/// What a trusted key signed and somebody changed is tampered with, as before.
#[test]
fn a_signature_that_does_not_fit_is_a_difference() {
    let store = Store::with_shop();
    let key = verifier(&store);
    let sound = store.ok(&["log", "checkpoint"]);
    let size = sound.lines().nth(1).expect("a size");
    let changed = saved(store.home(), "changed", sound.replacen(size, "7", 1));
    let verify = ["log", "verify", "--file", &changed, "--key", &key];
    store.fails(&verify, "file_tampered", 6);
    store.fails(&["log", "verify", "--since", &changed], "file_tampered", 6);
}

/// Without the store nobody can tell an erased part from a withheld one.
#[test]
fn a_part_that_is_not_shown_is_erased_or_withheld() {
    let store = Store::with_shop();
    store.login_url(&["1", "--ticket", "ZD-1"]);
    store.ok(&["customer", "remove", "1", "--yes"]);
    store.ok(&["log", "erase", "--customer", "1", "--yes"]);
    let files = HandedOver::of(&store, "2027-01-05T12:00:00Z");
    let key = verifier(&store);
    for file in [&files.export, &files.archive] {
        let verify = ["log", "verify", "--file", file, "--key", &key];
        for told in [store.json(&verify).to_string(), store.ok(&verify)] {
            assert!(told.contains("erased or withheld"), "{told}");
            assert!(!told.contains("were erased"), "{told}");
        }
    }
}
