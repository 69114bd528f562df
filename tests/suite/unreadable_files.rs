//! An unreadable receipt or manifest proves nothing: the result is "could not
//! verify" (exit 8), never "tampered" (exit 6), however it was damaged.

use std::fs;

use crate::support::{TestStore, json_str};

fn save_file(store: &TestStore, name: &str, text: &str) -> String {
    let path = store.home().join(name);
    fs::write(&path, text).expect("written");
    path.display().to_string()
}

#[test]
fn a_badly_saved_receipt_is_not_reported_as_tampered() {
    let store = TestStore::with_sample_data();
    store.login_url(&["1", "--ticket", "ZD-1"]);
    let note = store.run_ok(&["log", "checkpoint"]);
    let spoilt = [
        ("prompt.txt", format!("$ lac log checkpoint\n{note}")),
        ("tail.txt", format!("{note}$ exit\n")),
        ("crlf.txt", note.replace('\n', "\r\n")),
        (
            "quoted.txt",
            format!("> {}", note.trim_end().replace('\n', "\n> ")),
        ),
        ("cut.txt", note[..note.len() / 2].to_owned()),
        ("last.txt", note[..note.len() - 20].to_owned()),
        ("empty.txt", String::new()),
    ];
    for (name, spoilt) in &spoilt {
        let file = save_file(&store, name, spoilt);
        for way in ["--since", "--file"] {
            let refused = store.run_failing(&["log", "verify", way, &file], "proof_missing", 8);
            let message = refused.to_string();
            assert!(!message.contains("evidence"), "{name} {way}: {message}");
            let is_note = !["empty.txt"].contains(name);
            if way == "--file" && is_note {
                assert!(!message.contains("manifest"), "{name}: {message}");
            }
        }
    }
    // Empty lines around it change nothing.
    for (name, sound) in [
        ("after.txt", format!("{note}\n\n")),
        ("before.txt", format!("\n{note}")),
    ] {
        let file = save_file(&store, name, &sound);
        for way in ["--since", "--file"] {
            store.run_ok(&["log", "verify", way, &file]);
        }
    }
    // A changed text with a trusted key's signature is still proven tampering.
    let size = note.lines().nth(1).expect("a size");
    let other = note.replacen(&format!("\n{size}\n"), "\n1\n", 1);
    let file = save_file(&store, "changed.txt", &other);
    for way in ["--since", "--file"] {
        store.run_failing(&["log", "verify", way, &file], "file_tampered", 6);
    }
}

#[test]
fn an_unreadable_manifest_is_not_reported_as_tampered() {
    let store = TestStore::with_sample_data();
    store.login_url(&["1", "--ticket", "ZD-1"]);
    let export = store.home().join("e.csv").display().to_string();
    store.run_ok(&["log", "export", &export]);
    let manifest = format!("{export}.manifest.json");
    let sound = fs::read_to_string(&manifest).expect("a manifest");
    for spoilt in ["{}", "", "null", "[1]", &sound[..sound.len() / 2]] {
        fs::write(&manifest, spoilt).expect("written");
        let refused = store.run_failing(&["log", "verify", "--file", &export], "proof_missing", 8);
        let message = json_str(&refused["message"]);
        assert!(message.contains("e.csv.manifest.json"), "{message}");
    }
    fs::write(&manifest, &sound).expect("as before");
    store.run_ok(&["log", "verify", "--file", &export]);
    fs::write(&export, "seq\n1\n").expect("written");
    store.run_failing(&["log", "verify", "--file", &export], "file_tampered", 6);
}
