//! Commands show the same wherever events are stored.

use std::fs;

use serde_json::{Value, json};

use super::{AUTUMN, archive, long_store, record_event, store_of_a_summer};

/// Every reading command, before and after, except the event of the archiving
/// itself.
#[test]
fn archiving_does_not_change_what_commands_show() {
    let shop = store_of_a_summer();
    let store = &shop.store;
    let export = |name: &str, more: &[&str]| {
        let file = store.home().join(name).display().to_string();
        let until = ["--until", "2026-10-05 11:00"];
        store.run_ok(&[&["log", "export", &file], &until[..], more].concat());
        fs::read(file).expect("rows")
    };
    let readings: Vec<Vec<&str>> = [
        "log list --action-group login_as_customer,consent,config,customers",
        "log list --action-group login_as_customer -o csv",
        "log list --customer ada@example.com -o json",
        "log list --customer 1 --action issue -o jsonl",
        "log list --admin bea -o json",
        "log list --ticket ZD-0,ZD-2,ZD-3 -o json",
        "log list --since 2026-06-15 --until 2026-09-01 -o json",
        "log list --until 2026-06-30 --limit 3 -o json",
        "log list --details storefront -o json",
        "log show 3 -o json",
        "log show 40 --raw",
        "log tail -n 30 --until 2026-08-15 -o jsonl",
        "log report --since 2026-06-01 --until 2026-09-30 -o json",
        "log statement --customer 1 --until 2026-09-30 -o json",
        "consent history 3 -o json",
    ]
    .iter()
    .map(|line| line.split(' ').collect())
    .collect();
    let read = || -> Vec<String> {
        let read = |args: &Vec<&str>| without_checkpoint(&store.run_ok(args));
        readings.iter().map(read).collect()
    };
    let exports = || {
        [
            export("a.csv", &[]),
            export(
                "b.jsonl",
                &["--action-group", "login_as_customer", "--proof", "range"],
            ),
            export("c.ocsf", &["--customer", "1", "--proof", "sparse"]),
        ]
    };
    let (before, rows) = (read(), exports());
    let list = store.log_events();
    let archived = archive(store);
    assert!(
        archived["events"].as_u64().expect("a number") > 30,
        "{archived}"
    );
    for (args, (was, is)) in readings.iter().zip(before.iter().zip(read())) {
        assert_eq!(*was, is, "{args:?}");
        assert!(!was.is_empty());
    }
    assert!(rows == exports());
    for name in ["b.jsonl", "c.ocsf"] {
        let file = store.home().join(name).display().to_string();
        store.run_json(&["log", "verify", "--file", &file]);
    }
    let after = store.log_events();
    assert_eq!(after[after.len() - list.len()..], list);
    let verified = store.run_json(&["log", "verify"]);
    assert_eq!(verified["archived"], archived["events"]);
}

/// Reports and statements name the newest checkpoint, which changes with every
/// event.
fn without_checkpoint(output: &str) -> String {
    let Ok(Value::Object(mut output)) = serde_json::from_str(output) else {
        return output.to_owned();
    };
    for field in ["log_size", "proof"] {
        output.remove(field);
    }
    Value::Object(output).to_string()
}

#[test]
fn pages_continue_from_the_database_into_archives() {
    let shop = store_of_a_summer();
    let store = &shop.store;
    archive(store);
    let all = store.log_events();
    for filter in [&[][..], &["--action-group", "login_as_customer"]] {
        let whole = store.run_json(&[&["log", "list"], filter].concat());
        let mut paged: Vec<Value> = Vec::new();
        loop {
            let after = paged.last().map(|event| event["seq"].to_string());
            let mut args = [&["log", "list", "--limit", "4"], filter].concat();
            if let Some(after) = &after {
                args.extend(["--after", after]);
            }
            let page = store.run_json(&args);
            let page = page.as_array().expect("a page");
            if page.is_empty() {
                break;
            }
            paged.extend(page.iter().cloned());
        }
        assert_eq!(json!(paged), whole);
    }
    // In the other direction, as followers of the log read.
    let cursor = store.home().join("cursor").display().to_string();
    let lines = store.run_ok(&[
        "log",
        "tail",
        "-n",
        "1000",
        "-o",
        "jsonl",
        "--cursor-file",
        &cursor,
    ]);
    let forward: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(forward.iter().eq(all.iter().rev()));
    record_event(store, AUTUMN);
    let news = store.run_ok(&[
        "log",
        "tail",
        "-n",
        "1000",
        "-o",
        "jsonl",
        "--cursor-file",
        &cursor,
    ]);
    assert_eq!(news.lines().count(), 1);
}

/// Enough events for several threads, in the database, in archives and in both.
#[test]
fn archiving_does_not_change_long_exports() {
    let store = long_store(20_000, 90);
    let export = |name: &str, more: &[&str]| {
        let file = store.home().join(name).display().to_string();
        store.run_ok(&[&["log", "export", &file, "--until", "2026-08-01"], more].concat());
        fs::read(file).expect("rows")
    };
    let exports = || {
        [
            export("all.csv", &[]),
            export(
                "some.jsonl",
                &["--admin", "bea,dina", "--ticket", "ZD-7,ZD-8"],
            ),
            export("those.csv", &["--customer", "17", "--proof", "sparse"]),
            export("range.csv", &["--since", "2026-05-15", "--proof", "range"]),
        ]
    };
    let before = exports();
    assert!(before[0].len() > 1_000_000);
    // All but the last month, then all.
    for lifetime in ["126", "60"] {
        store.run_ok(&["config", "set", "system/rotation/lifetime", lifetime]);
        let archived = archive(&store);
        assert!(archived["events"].as_u64() > Some(5000), "{archived}");
        assert!(exports() == before, "{lifetime}");
        for name in ["those.csv", "range.csv"] {
            let file = store.home().join(name).display().to_string();
            store.run_json(&["log", "verify", "--file", &file]);
        }
        store.run_json(&["log", "verify"]);
    }
}
