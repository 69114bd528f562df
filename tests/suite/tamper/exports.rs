//! Exports with manifest and proof, changed by somebody without the key.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Cases, copy};
use crate::support::TestStore;

/// Exports sessions with a proof; returns the file, its manifest and its proof.
pub(super) fn export(store: &TestStore, name: &str, filter: &[&str]) -> [PathBuf; 3] {
    let path = store.home().join(name);
    let args = [&["log", "export", path.to_str().expect("a path")], filter].concat();
    store.run_json(&args);
    let beside = |ending: &str| store.home().join(format!("{name}.{ending}"));
    [path.clone(), beside("manifest.json"), beside("proof")]
}

pub(super) const VISITS: [&str; 6] = [
    "--action-group",
    "login_as_customer",
    "--since",
    "2026-07-01",
    "--until",
    "2026-10-04",
];

pub(super) fn key(store: &TestStore) -> String {
    store.run_ok(&["key", "verifier"]).trim().to_owned()
}

/// Checks a file with only the public key, in a home without a store.
pub(super) fn assert_exit(cases: &mut Cases, what: &str, file: &Path, key: &str, expected: &[i32]) {
    let args = ["--file", file.to_str().expect("a path"), "--key", key];
    cases.assert_exit(what, &TestStore::uninitialized(), &args, expected);
}

pub(super) fn assert_holds(file: &Path, key: &str) -> Value {
    TestStore::uninitialized().run_json(&[
        "log",
        "verify",
        "--file",
        file.to_str().expect("a path"),
        "--key",
        key,
    ])
}

fn edit_json(path: &Path, edit: impl FnOnce(&mut Value)) {
    let mut value: Value =
        serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON");
    edit(&mut value);
    fs::write(path, value.to_string()).expect("written");
}

#[test]
fn changed_files_manifests_and_proofs_are_detected() {
    let mut cases = Cases::default();
    let store = copy();
    let key = key(&store);
    for (name, strength) in [
        ("a.csv", "sparse"),
        ("b.jsonl", "range"),
        ("c.csv.zst", "range"),
        ("d.ocsf.gz", "sparse"),
    ] {
        let proof = [&VISITS[..], &["--proof", strength]].concat();
        let [file, manifest, proof] = export(&store, name, &proof);
        let [_, other_manifest, other_proof] = export(
            &store,
            &format!("other-{name}"),
            &["--action", "redeem", "--proof", strength],
        );
        assert_eq!(assert_holds(&file, &key)["proof"], strength);
        let sound = [&file, &manifest, &proof].map(|path| fs::read(path).expect("a file"));
        let restore = || {
            for (path, bytes) in [&file, &manifest, &proof].into_iter().zip(&sound) {
                fs::write(path, bytes).expect("as before");
            }
        };
        let mut case = |what: &str, expected: &[i32]| {
            assert_exit(
                &mut cases,
                &format!("{name}: {what}"),
                &file,
                &key,
                expected,
            );
            restore();
        };
        for (what, path) in [("the file", &file), ("the proof", &proof)] {
            let bytes = fs::read(path).expect("a file");
            fs::write(path, [&bytes[..], b"\n"].concat()).expect("written");
            case(&format!("a byte more in {what}"), &[6]);
            fs::write(path, &bytes[..bytes.len() - 1]).expect("written");
            case(&format!("a byte less in {what}"), &[6]);
            fs::write(path, b"").expect("written");
            case(&format!("nothing in {what}"), &[6]);
            for at in (0..bytes.len()).step_by(bytes.len() / 7) {
                let mut flipped = bytes.clone();
                flipped[at] ^= 4;
                fs::write(path, flipped).expect("written");
                case(&format!("byte {at} of {what}"), &[6]);
            }
        }
        if let Ok(text) = String::from_utf8(sound[0].clone()) {
            let lines: Vec<&str> = text.lines().collect();
            let without = lines.iter().enumerate().filter(|(at, _)| *at != 2);
            let without: Vec<&str> = without.map(|(_, line)| *line).collect();
            fs::write(&file, without.join("\n") + "\n").expect("written");
            case("a row dropped", &[6]);
            fs::write(&file, text.replacen("bea", "bob", 1)).expect("written");
            case("a row edited", &[6]);
        }
        fs::copy(&other_manifest, &manifest).expect("copied");
        case("the manifest of another export", &[6]);
        fs::copy(&other_proof, &proof).expect("copied");
        case("the proof of another export", &[6]);
        fs::remove_file(&proof).expect("removed");
        case("no proof", &[8]);
        fs::remove_file(&manifest).expect("removed");
        case("no manifest", &[8]);
        fs::write(&manifest, "{").expect("written");
        // An unreadable manifest has no valid signature: it proves nothing.
        case("no JSON", &[8]);
        fs::remove_file(&file).expect("removed");
        case("no file", &[8]);
    }
    cases.end();
}

#[test]
fn a_changed_field_of_the_manifest_is_detected() {
    let mut cases = Cases::default();
    let store = copy();
    let key = key(&store);
    let proof = [&VISITS[..], &["--proof", "range"]].concat();
    let [file, manifest, _] = export(&store, "q.csv", &proof);
    let sound = fs::read(&manifest).expect("a manifest");
    let newest = store.run_ok(&["log", "checkpoint"]);
    for (field, value) in [
        ("/format", json!("lac-manifest/2")),
        ("/version", json!("9.9.9")),
        ("/rows", json!(1)),
        ("/bytes", json!(1)),
        ("/sha256", json!("00")),
        ("/content", json!("jsonl")),
        ("/content", json!("csv2")),
        ("/compression", json!("gz")),
        ("/columns", json!(["seq"])),
        ("/formula_guard", json!(false)),
        ("/filter", json!({})),
        ("/filter/since", json!("2026-07-03T00:00:00.000000Z")),
        ("/visible", json!({"websites": ["base"], "admin_id": null})),
        ("/window", json!([1, 2])),
        ("/origin", json!("best.example")),
        ("/key", json!("")),
        ("/checkpoint", json!(newest)),
        ("/proof", Value::Null),
        ("/proof/strength", json!("sparse")),
        ("/proof/sha256", json!("00")),
        ("/exported_by/admin", json!("carol")),
        ("/exported_at", json!("2026-10-04T00:00:00.000000Z")),
        ("/signature", json!("")),
    ] {
        let what = format!("{field}: {value}");
        edit_json(&manifest, |m| {
            *m.pointer_mut(field).expect("a field") = value;
        });
        // A manifest of another log, in an unknown format or with an invalid
        // signature proves nothing with this key.
        let proves_nothing = ["/origin", "/format", "/signature"].contains(&field);
        let code = if proves_nothing { 8 } else { 6 };
        assert_exit(&mut cases, &what, &file, &key, &[code]);
        fs::write(&manifest, &sound).expect("as before");
    }
    edit_json(&manifest, |m| m["more"] = json!(1));
    assert_exit(&mut cases, "an unknown field", &file, &key, &[8]);
    cases.end();
}

#[test]
fn an_export_does_not_verify_with_another_logs_key() {
    let mut cases = Cases::default();
    let store = copy();
    let own = key(&store);
    let proof = [&VISITS[..], &["--proof", "range"]].concat();
    let [file, ..] = export(&store, "q.csv", &proof);
    let other = TestStore::uninitialized();
    other.run(&["whoami"]); // another seed, so other keys
    other.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    assert_exit(
        &mut cases,
        "another key of the same name",
        &file,
        &key(&other),
        &[8],
    );
    let named = TestStore::uninitialized();
    named.run_ok(&["init", "--admin", "alice", "--name", "best.example"]);
    assert_exit(
        &mut cases,
        "a log of another name",
        &file,
        &key(&named),
        &[8],
    );
    assert_exit(&mut cases, "no key", &file, "missing.key", &[8]);
    cases.end();
    assert_holds(&file, &own);
}

#[test]
fn a_renamed_export_is_reported_under_its_new_name() {
    let store = copy();
    let key = key(&store);
    let [file, manifest, _] = export(&store, "q.csv", &VISITS);
    let copied = file.with_file_name("mine.csv");
    let beside = file.with_file_name("mine.csv.manifest.json");
    fs::copy(&file, &copied).expect("a copy");
    fs::copy(&manifest, &beside).expect("a copy");
    let verified = assert_holds(&copied, &key);
    assert_eq!(verified["file"], "mine.csv");
    let was = "the file is the one that was exported as q.csv, to the byte";
    assert_eq!(verified["proven"][0], was);
    // The changed copy is named, not the original.
    fs::write(&copied, "seq\n").expect("written");
    let says = |expected: &str| {
        let path = copied.display().to_string();
        let args = ["log", "verify", "--file", &path, "--key", &key];
        let output = store.run(&args).stderr;
        assert!(output.contains(expected), "{output}");
    };
    says("mine.csv is not the file that was exported");
    edit_json(&beside, |members| members["rows"] = 1.into());
    says("the manifest of mine.csv: its signature does not verify");
}

#[test]
fn a_pipe_is_refused_as_an_export() {
    let store = copy();
    let key = key(&store);
    let pipe = store.home().join("pipe.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let path = pipe.display().to_string();
    let verify = ["log", "verify", "--file", &path, "--key", &key];
    store.run_failing(&verify, "invalid_value", 2);
    let tail = ["log", "tail", "--cursor-file", &path];
    store.run_failing(&tail, "invalid_value", 2);
}
