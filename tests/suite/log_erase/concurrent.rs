//! Reading, exporting and killing while a shopper is erased.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use super::{ADDRESS, ID, assert_verifies, erase, events, files_with, shop_without_quentin};
use crate::support::{TestStore, json_str};

/// While somebody reads pages from before the erasure, it is recorded but not
/// finished.
#[test]
fn an_erasure_waits_for_readers_of_older_pages() {
    let store = shop_without_quentin();
    let reader = Connection::open(store.dir().join("lac.db")).expect("a database");
    reader.execute_batch("BEGIN").expect("begun");
    let count = || -> i64 {
        reader
            .query_row("SELECT count(*) FROM audit_event", [], |row| row.get(0))
            .expect("a count")
    };
    let before = count();
    let archives: Vec<String> = names(&store);
    store.run_failing(
        &["log", "erase", "--customer", ID, "--yes"],
        "erasure_pending",
        7,
    );
    assert_eq!(store.log_events()[0]["action"], "erase");
    // The reader still has everything that it reads.
    assert_eq!(count(), before);
    for name in &archives {
        assert!(names(&store).contains(name), "{name}");
    }
    store.run_failing(
        &["log", "erase", "--customer", ID, "--yes"],
        "erasure_pending",
        7,
    );
    reader.execute_batch("COMMIT").expect("through");
    let finished = erase(&store);
    assert_eq!(finished["changed"], false);
    assert_eq!(files_with(&store.dir(), ADDRESS), [""; 0]);
    assert_verifies(&store);
}

/// The names of the archives.
fn names(store: &TestStore) -> Vec<String> {
    let entries = fs::read_dir(store.dir().join("archive")).expect("archives");
    let names = entries.map(|entry| entry.expect("one").file_name().into_string().expect("text"));
    names.filter(|name| name != "lock").collect()
}

/// Wherever it is killed, no event is lost and the same command finishes it.
#[test]
fn a_killed_erasure_can_be_finished() {
    let sound = shop_without_quentin();
    let before = events(&sound);
    let started = std::time::Instant::now();
    erase(&sound.copy_store());
    let whole = started.elapsed();
    for turn in 0..24_u32 {
        let store = sound.copy_store();
        let mut run = store.command(&["log", "erase", "--customer", ID, "--yes"]);
        let mut child = run
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("lac starts");
        std::thread::sleep(whole * turn / 24 + Duration::from_micros(u64::from(turn * 37)));
        let _ = child.kill();
        child.wait().expect("ended");
        let after = events(&store);
        assert!(after.len() >= before.len(), "turn {turn}");
        for (was, is) in before.iter().zip(&after) {
            assert_eq!(
                (&was["seq"], &was["action"]),
                (&is["seq"], &is["action"]),
                "turn {turn}"
            );
        }
        assert_verifies(&store);
        erase(&store);
        assert_eq!(files_with(&store.dir(), ADDRESS), [""; 0], "turn {turn}");
        assert_verifies(&store);
    }
}

/// A concurrent export contains all or none of the erased data, and verifies in
/// both cases.
#[test]
fn a_concurrent_export_is_from_before_or_after_the_erasure() {
    let sound = shop_without_quentin();
    let key = sound.run_ok(&["key", "verifier"]);
    for turn in 0..12 {
        let store = sound.copy_store();
        let file = store.home().join("all.jsonl").display().to_string();
        let spawn = |args: &[&str]| {
            let mut command = store.command(args);
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("lac starts")
        };
        let erasing = ["log", "erase", "--customer", ID, "--yes", "-o", "json"];
        let exporting = ["log", "export", &file, "--proof", "range", "-o", "json"];
        let mut children = Vec::new();
        let order = if turn % 2 == 0 {
            [&erasing[..], &exporting]
        } else {
            [&exporting[..], &erasing]
        };
        for args in order {
            children.push(spawn(args));
            std::thread::sleep(Duration::from_millis(turn * 3));
        }
        for child in children {
            let ended = child.wait_with_output().expect("lac ends");
            let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
            assert!(
                ended.status.success() || errors.contains("erasure_pending"),
                "{turn}: {errors}"
            );
        }
        store.run_json(&["log", "verify", "--file", &file, "--key", key.trim()]);
        let rows = fs::read_to_string(&file).expect("rows");
        let of_them = rows
            .lines()
            .filter(|row| row.contains("\"customer_id\":\"5000\""));
        let of_them: Vec<Value> = of_them
            .map(|row| serde_json::from_str(row).expect("JSON"))
            .collect();
        let is_there = |event: &&Value| event["customer_email"] == ADDRESS;
        let there = of_them.iter().filter(is_there).count();
        let erased = of_them
            .iter()
            .filter(|event| event["customer_email"].is_null() && event["action"] != "erase")
            .count();
        assert!(
            there == 0 || erased == 0,
            "turn {turn}: {there} are there, {erased} not"
        );
        assert!(json_str(&of_them[0]["customer_id"]) == ID);
        erase(&store);
        assert_verifies(&store);
    }
}
