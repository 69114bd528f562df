//! Archiving that is killed at any moment, run twice at once, or runs beside
//! writers.

use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::{archive, long_store};
use crate::support::TestStore;

/// Every event once, in order, whatever was added since.
#[track_caller]
fn assert_all_there(store: &TestStore, before: &[Value], what: &str) {
    let mut after = store.log_events();
    after.reverse();
    assert!(after.len() >= before.len(), "{what}");
    assert!(after[..before.len()] == *before, "{what}");
    for (at, event) in after.iter().enumerate() {
        assert_eq!(event["seq"], at + 1, "{what}");
    }
}

fn oldest_first(store: &TestStore) -> Vec<Value> {
    let mut events = store.log_events();
    events.reverse();
    events
}

fn spawn(store: &TestStore, args: &[&str]) -> Child {
    let mut command = store.command(args);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("lac starts")
}

#[test]
fn a_killed_archive_run_has_archived_all_or_nothing() {
    let sound = long_store(500, 25);
    let before = oldest_first(&sound);
    let started = std::time::Instant::now();
    archive(&sound.copy_store());
    let whole = started.elapsed();
    for turn in 0..48_u32 {
        let store = sound.copy_store();
        let mut child = spawn(&store, &["log", "archive"]);
        std::thread::sleep(whole * turn / 46 + Duration::from_micros(u64::from(turn * 41)));
        let _ = child.kill();
        child.wait().expect("ended");
        let what = format!("turn {turn}");
        assert_all_there(&store, &before, &what);
        let is_done = store.log_events()[0]["action"] == "archive";
        let verified = store.run_json(&["log", "verify"]);
        assert_eq!(verified["archived"].as_u64() > Some(0), is_done, "{what}");
        let again = archive(&store);
        assert_eq!(again["events"].as_u64() > Some(0), !is_done, "{what}");
        assert_all_there(&store, &before, &what);
        store.run_json(&["log", "verify"]);
        // Nothing is left over, in the database or beside the files.
        let rows: i64 = rusqlite::Connection::open(store.dir().join("lac.db"))
            .expect("a database")
            .query_row(
                "SELECT count(*) FROM audit_event WHERE seq <= (SELECT max(last) FROM audit_archive)",
                [],
                |row| row.get(0),
            )
            .expect("a count");
        assert_eq!(rows, 0, "{what}");
        let count = fs::read_dir(store.dir().join("archive"))
            .expect("archives")
            .count();
        let archives = verified["archives"].as_u64().filter(|_| is_done);
        let archives = archives.unwrap_or(again["files"].as_array().expect("files").len() as u64);
        assert_eq!(count as u64, archives + 1, "{what}");
    }
}

#[test]
fn concurrent_archive_runs_and_writers_lose_no_event() {
    let store = long_store(500, 25);
    let before = oldest_first(&store);
    let mut children: Vec<Child> = Vec::new();
    for at in 0..12 {
        let value = if at % 2 == 0 { "yes" } else { "no" };
        children.push(match at % 4 {
            0 => spawn(&store, &["log", "archive", "-o", "json"]),
            1 => spawn(&store, &["log", "verify", "-o", "json"]),
            2 => spawn(
                &store,
                &["config", "set", "web/url/use_store", value, "-o", "json"],
            ),
            _ => spawn(&store, &["log", "list", "-o", "json"]),
        });
    }
    for child in children {
        let ended = child.wait_with_output().expect("lac ends");
        assert!(ended.status.success(), "{ended:?}");
    }
    assert_all_there(&store, &before, "all at once");
    let archives: Vec<Value> = oldest_first(&store)
        .into_iter()
        .filter(|event| event["action"] == "archive")
        .collect();
    assert_eq!(archives.len(), 1);
    store.run_json(&["log", "verify"]);
}
