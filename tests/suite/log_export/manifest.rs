//! The manifest: every field, and the signature over all of them, checked using
//! only the docs and third-party code.

use serde_json::{Value, json};
use signed_note::{Note, StandardVerifier, VerifierList};

use super::{bytes, export, lines, manifest, oldest_first, path, sha256, text};
use crate::log::FIELDS;
use crate::log_filters::busy::shop;
use crate::support::{TestStore, create_user_with_own_role};

/// RFC 8785 for the values in a manifest: sorted keys, no white space,
/// integers.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort();
            let member = |key: &&String| format!("{}:{}", json!(key), canonical(&members[*key]));
            let members: Vec<String> = keys.iter().map(member).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        other => {
            assert!(!other.is_f64(), "{other}");
            other.to_string()
        }
    }
}

/// Whether `key` signed this manifest: its canonical form without the signature
/// is the text of a signed note.
fn is_signed(manifest: &Value, key: &str) -> bool {
    let mut unsigned = manifest.clone();
    let signature = unsigned
        .as_object_mut()
        .expect("an object")
        .remove("signature");
    let signature = signature.expect("a signature");
    let line = signature.as_str().expect("a line");
    let note = format!("{}\n\n{line}\n", canonical(&unsigned));
    opens(&note, key)
}

fn opens(note: &str, key: &str) -> bool {
    let verifier = StandardVerifier::new(key).expect("a key");
    let note = Note::from_bytes(note.as_bytes()).expect("a note");
    note.verify(&VerifierList::new(vec![Box::new(verifier)]))
        .is_ok()
}

#[test]
fn a_manifest_describes_its_file() {
    let store = shop();
    let log = oldest_first(store.log_events());
    let last = log.last().expect("one")["seq"].clone();
    let checkpoint = store.run_ok(&["log", "checkpoint"]);
    export(&store, "q4.jsonl", &[]);
    let file = bytes(&store, "q4.jsonl");
    let manifest = manifest(&store, "q4.jsonl");
    let key = store.run_ok(&["key", "verifier"]);
    let me = log.last().expect("one");
    let expected = json!({
        "format": "lac-manifest/1", "file": "q4.jsonl", "content": "jsonl", "compression": null,
        "version": env!("CARGO_PKG_VERSION"),
        "bytes": file.len(), "sha256": sha256(&file), "rows": log.len(), "columns": FIELDS,
        "formula_guard": false, "filter": {}, "visible": null, "window": [1, last],
        "origin": "test.example", "checkpoint": checkpoint, "key": key.trim(), "proof": null,
        "exported_at": "2026-10-27T12:00:00.000000Z",
        "exported_by": {
            "admin": "alice", "admin_id": 1, "role": "Administrators",
            "os_account": me["os_account"],
        },
        "signature": manifest["signature"],
    });
    assert_eq!(manifest, expected);
}

#[test]
fn signature_and_checkpoint_verify_independently() {
    let store = shop();
    export(&store, "q4.csv.gz", &["--customer", "bob@example.com"]);
    let manifest = manifest(&store, "q4.csv.gz");
    let key = manifest["key"].as_str().expect("a key");
    assert_eq!(store.run_ok(&["key", "verifier"]).trim(), key);
    assert!(is_signed(&manifest, key));
    let note = manifest["checkpoint"].as_str().expect("a note");
    assert!(opens(note, key));
    let note = Note::from_bytes(note.as_bytes()).expect("a note");
    let body = tlog_tiles::Checkpoint::from_bytes(note.text()).expect("a checkpoint");
    assert_eq!(body.origin(), "test.example");
    // The export's own event came later.
    let own = &store.log_events()[0];
    assert_eq!(own["seq"], body.size() + 1);
    // Nothing can be changed, added or removed.
    for name in manifest.as_object().expect("an object").keys() {
        if name == "signature" {
            continue;
        }
        let mut changed = manifest.clone();
        changed[name] = json!("another");
        assert!(!is_signed(&changed, key), "{name}");
        changed.as_object_mut().expect("an object").remove(name);
        assert!(!is_signed(&changed, key), "{name}");
    }
    let mut more = manifest.clone();
    more["more"] = json!(1);
    assert!(!is_signed(&more, key));
}

/// Words and local days are stored resolved: instants in UTC with an exclusive
/// end, and ids for addresses.
#[test]
fn the_manifest_holds_the_resolved_filter() {
    let store = shop();
    let session = store.log_events().into_iter().find_map(|e| {
        let id = e["session_id"].as_str()?;
        Some(id[..8].to_uppercase())
    });
    let session = session.expect("a session");
    export(
        &store,
        "q4.csv",
        &[
            "--since",
            "2026-10-24",
            "--until",
            "2026-10-25",
            "--customer",
            "BOB@example.com,70",
            "--not-customer",
            "dan@example.com",
            "--document",
            "credit-memo:7,100000001",
            "--session",
            &session,
            "--result",
            "failure",
            "--ip",
            "192.0.2.9/24",
            "--not-admin",
            "Doe, Jane",
            "--reason",
            "Help",
        ],
    );
    let manifest = manifest(&store, "q4.csv");
    let expected = json!({
        "since": "2026-10-23T22:00:00.000000Z", "until": "2026-10-25T23:00:00.000000Z",
        "customer_id": {"any": ["2", "5", "local:1", "70"]},
        "customer_email": {"not": ["dan@example.com"]},
        "document": {"any": [
            "credit_memo:7", "order:100000001", "invoice:100000001", "shipment:100000001",
            "credit_memo:100000001",
        ]},
        "session_id": {"any": [session.to_lowercase()]},
        "result": {"any": ["failure"]}, "ip_address": {"any": ["192.0.2.0/24"]},
        "admin": {"not": ["Doe, Jane", "Doe", "Jane"]}, "reason": {"any": ["Help"]},
    });
    assert_eq!(manifest["filter"], expected);
    assert_eq!(manifest["rows"], 0);
    // A whole day, from its first event to its last.
    export(
        &store,
        "day.csv",
        &["--since", "2026-10-25", "--until", "2026-10-25"],
    );
    let window = &super::manifest(&store, "day.csv")["window"];
    let of_day = |e: &Value| {
        let time = e["time"].as_str().expect("a time");
        ("2026-10-24T22".."2026-10-25T23").contains(&time)
    };
    let day: Vec<Value> = oldest_first(store.log_events())
        .into_iter()
        .filter(of_day)
        .collect();
    let ends = [&day[0]["seq"], &day[day.len() - 1]["seq"]];
    assert_eq!(window, &json!(ends));
    export(&store, "none.csv", &["--until", "2026-10-01"]);
    assert_eq!(super::manifest(&store, "none.csv")["window"], Value::Null);
}

/// The role scope is signed, too: the rows of one website cannot pass for all
/// rows.
#[test]
fn the_manifest_states_the_exporters_scope() {
    let store = shop();
    let reader = ["system_magento_logging_events", "login_button"];
    let clerk = create_user_with_own_role(&store, "clerk", &reader);
    store.run_ok(&["role", "scope", "clerk", "website:eu"]);
    store.run_as(&clerk, &["login", "1"]);
    let listed = ["log", "list", "--sort", "time", "-o", "jsonl"];
    let listed = store.run_as(&clerk, &listed).assert_succeeded().stdout;
    let seen = |e: &Value| e["website"] == "eu" || e["admin"] == "clerk";
    let expected: Vec<Value> = oldest_first(store.log_events())
        .into_iter()
        .filter(seen)
        .collect();
    assert_eq!(lines(&listed), expected);
    assert!(expected.iter().any(|e| e["admin"] == "clerk"));
    let file = path(&store, "clerk.jsonl");
    store
        .run_as(&clerk, &["log", "export", &file])
        .assert_succeeded();
    assert_eq!(text(&store, "clerk.jsonl"), listed);
    let manifest = manifest(&store, "clerk.jsonl");
    let id = &store.log_events()[0]["admin_id"];
    assert_eq!(
        manifest["visible"],
        json!({"websites": ["eu"], "admin_id": id})
    );
    assert_eq!(manifest["exported_by"]["admin"], "clerk");
    assert_eq!(manifest["filter"], json!({}));
    // They may not show the rest of a range.
    let range = ["log", "export", &file, "--proof", "range", "-o", "json"];
    store
        .run_as(&clerk, &range)
        .assert_failed("beyond_own_rights", 4);
    let sparse = ["log", "export", &file, "--proof", "sparse"];
    store.run_as(&clerk, &sparse).assert_succeeded();
}

#[test]
fn the_login_log_resource_exports_logins_only() {
    let store = shop();
    let token = create_user_with_own_role(&store, "support", &["login_log"]);
    let file = path(&store, "logins.jsonl");
    store
        .run_as(&token, &["log", "export", &file])
        .assert_succeeded();
    let own = |e: &Value| e["action_group"] == "login_as_customer";
    let expected: Vec<Value> = oldest_first(store.log_events())
        .into_iter()
        .filter(own)
        .collect();
    assert_eq!(lines(&text(&store, "logins.jsonl")), expected);
    let manifest = manifest(&store, "logins.jsonl");
    let groups = json!({"action_group": {"any": ["login_as_customer"]}});
    assert_eq!(manifest["filter"], groups);
    let other = [
        "log",
        "export",
        &file,
        "--action-group",
        "config",
        "-o",
        "json",
    ];
    store
        .run_as(&token, &other)
        .assert_failed("resource_denied", 4);
    let range = ["log", "export", &file, "--proof", "range", "-o", "json"];
    store
        .run_as(&token, &range)
        .assert_failed("resource_denied", 4);
}

/// `tests/suite/tamper` checks the proof itself.
#[test]
fn a_proof_is_a_separate_file_named_in_the_manifest() {
    let store = shop();
    for strength in ["sparse", "range"] {
        let answer = export(&store, "q4.csv", &["--proof", strength, "--admin", "bea"]);
        let proof = bytes(&store, "q4.csv.proof");
        let expected = json!({
            "strength": strength, "file": "q4.csv.proof", "bytes": proof.len(),
            "sha256": sha256(&proof),
        });
        let manifest = manifest(&store, "q4.csv");
        assert_eq!(manifest["proof"], expected);
        assert_eq!(answer["proof"], expected);
        assert!(is_signed(
            &manifest,
            manifest["key"].as_str().expect("a key")
        ));
    }
    let book = path(&store, "q4.xlsx");
    let args = ["log", "export", &book, "--proof", "sparse"];
    store.run_failing(&args, "invalid_value", 2);
    // Records do not contain reasons, so completeness by reason cannot be
    // proven.
    let file = path(&store, "help.csv");
    let args = [
        "log", "export", &file, "--reason", "help", "--proof", "range",
    ];
    store.run_failing(&args, "invalid_value", 2);
    export(
        &store,
        "help.csv",
        &["--reason", "help", "--proof", "sparse"],
    );
}

/// A filter that matches no event has a proof, too.
#[test]
fn an_empty_export_has_a_proof() {
    let store = TestStore::new();
    for filter in [&["--until", "2026-01-01"][..], &["--action", "expire"]] {
        for strength in ["sparse", "range"] {
            let proof = ["--proof", strength];
            let answer = export(&store, "none.csv", &[filter, &proof].concat());
            assert_eq!(answer["rows"], 0);
            assert_eq!(answer["proof"]["strength"], strength);
        }
    }
}
