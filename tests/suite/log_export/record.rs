//! An export is recorded as an event; a denied one writes nothing else.

use serde_json::{Value, json};

use super::{bytes, export, files_beside_store, manifest, path, sha256};
use crate::log_filters::busy::shop;
use crate::support::{TestStore, create_user_with_own_role};

#[test]
fn an_export_is_recorded() {
    let store = shop();
    let flags = [
        "--result",
        "failure",
        "--since",
        "2026-10-24",
        "--not-admin",
        "alice",
    ];
    let answer = export(&store, "q4.csv", &flags);
    let log = store.log_events();
    let own = &log[0];
    assert_eq!(own["seq"], answer["audit_seq"]);
    assert_eq!(
        (&own["action_group"], &own["action"]),
        (&json!("log"), &json!("export"))
    );
    assert_eq!(own["full_action_name"], "adminhtml_logging_export");
    assert_eq!(
        (&own["result"], &own["admin"]),
        (&json!("success"), &json!("alice"))
    );
    let expected = json!({
        "file": path(&store, "q4.csv"), "format": "csv", "rows": manifest(&store, "q4.csv")["rows"],
        "sha256": sha256(&bytes(&store, "q4.csv")),
        "filter": {
            "since": "2026-10-23T22:00:00.000000Z", "result": {"any": ["failure"]}, "admin": {"not": ["alice"]},
        },
    });
    assert_eq!(own["details"], expected);
    // It does not contain its own event; the next one does.
    export(&store, "all.jsonl", &[]);
    let all = super::lines(&super::text(&store, "all.jsonl"));
    assert_eq!(all.last(), Some(own));
}

/// To a file or to stdout: not a byte is written, and the denial is recorded.
#[test]
fn a_denied_export_writes_nothing_and_is_recorded() {
    let store = shop();
    let nobody = create_user_with_own_role(&store, "nobody", &["login_button"]);
    let before = files_beside_store(&store);
    let file = path(&store, "q4.csv");
    for args in [
        &["log", "export", &file][..],
        &["log", "export", "-", "--format", "csv"],
        &["log", "export", "-", "--format", "jsonl"],
        &["log", "export", &file, "--proof", "range"],
    ] {
        let events = store.log_events().len();
        let args = [args, &["-o", "json"]].concat();
        // Stdout is empty, without even a header.
        store
            .run_as(&nobody, &args)
            .assert_failed("resource_denied", 4);
        let log = store.log_events();
        assert_eq!(log.len(), events + 1);
        let own = ["action_group", "action", "result", "admin"].map(|field| &log[0][field]);
        assert_eq!(own, ["log", "read", "failure", "nobody"]);
    }
    assert_eq!(files_beside_store(&store), before);
    // A usage error is not recorded.
    let events = store.log_events();
    let typo = ["log", "export", &file, "--result", "maybe"];
    store.run_failing(&typo, "invalid_value", 2);
    assert_eq!(
        (store.log_events(), files_beside_store(&store)),
        (events, before)
    );
}

/// If the event cannot be recorded, there is no export.
#[test]
fn an_export_fails_if_it_cannot_be_recorded() {
    let store = TestStore::new();
    export(&store, "old.csv", &[]);
    let kept = bytes(&store, "old.csv");
    let before = files_beside_store(&store);
    std::fs::remove_file(store.dir().join("checkpoint")).expect("removed");
    for name in ["old.csv", "new.csv"] {
        let file = path(&store, name);
        store.run_failing(&["log", "export", &file], "checkpoint_missing", 8);
    }
    let stdout = ["log", "export", "-", "--format", "jsonl"];
    store.run_failing(&stdout, "checkpoint_missing", 8);
    assert_eq!(
        (files_beside_store(&store), bytes(&store, "old.csv")),
        (before, kept)
    );
    let exports = |e: &&Value| e["action"] == "export";
    assert_eq!(store.log_events().iter().filter(exports).count(), 1);
}
