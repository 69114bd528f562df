//! Order, pages and columns of a list, and invalid values.

use std::cmp::Ordering;

use serde_json::Value;

use super::busy::{REMOVED, archive, shop};
use crate::log::{FIELDS, list, seqs};
use crate::support::TestStore;

fn listed(store: &TestStore, args: &[&str]) -> Vec<Value> {
    list(store.run(&[&["log", "list", "-o", "json"], args].concat()))
}

/// Numbers by size, numeric customer ids before others, everything else as
/// text.
fn order(a: &Value, b: &Value, field: &str) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
        return a.cmp(&b);
    }
    let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    let (a, b) = (text(a), text(b));
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(a), Ok(b)) if field == "customer_id" => a.cmp(&b),
        (Ok(_), Err(_)) if field == "customer_id" => Ordering::Less,
        (Err(_), Ok(_)) if field == "customer_id" => Ordering::Greater,
        _ => a.cmp(&b),
    }
}

/// Events without a value come last in both directions, newest first among
/// equals.
#[test]
fn lists_can_be_sorted_by_any_field_in_both_directions() {
    let store = shop();
    let newest_first = store.log_events();
    for field in FIELDS {
        for (sort, turned) in [(field.to_owned(), false), (format!("-{field}"), true)] {
            let mut expected = newest_first.clone();
            expected.sort_by(|a, b| {
                let (a, b) = (&a[field], &b[field]);
                match (a.is_null(), b.is_null()) {
                    (true, true) => Ordering::Equal,
                    (true, false) => Ordering::Greater,
                    (false, true) => Ordering::Less,
                    _ if turned => order(b, a, field),
                    _ => order(a, b, field),
                }
            });
            let sorted = listed(&store, &["--sort", &sort]);
            assert_eq!(seqs(&sorted), seqs(&expected), "--sort {sort}");
            assert_eq!(sorted, expected);
            let limited = listed(&store, &["--sort", &sort, "--limit", "7"]);
            assert_eq!(limited, expected[..7]);
        }
    }
    let error = store.run_failing(&["log", "list", "--sort", "colour"], "invalid_argument", 2);
    let message = error["message"].as_str().expect("text");
    assert!(
        message.contains("`colour` is not one of seq, time"),
        "{message}"
    );
}

/// Pages of any size in both directions contain every matching event exactly
/// once.
#[test]
fn pages_cover_every_event_exactly_once() {
    let store = shop();
    pages(&store);
    archive(&store);
    pages(&store);
    let other = ["log", "list", "--sort", "admin", "--after", "5"];
    store.run_failing(&other, "invalid_value", 2);
}

fn pages(store: &TestStore) {
    for filter in [
        &[][..],
        &["--customer", "1,bob@example.com"],
        &["--admin", "bea,Doe, Jane", "--result", "failure"],
        &["--since", "2026-10-24", "--not-action-group", "config"],
    ] {
        for sort in ["-time", "seq"] {
            let whole = listed(store, &[filter, &["--sort", sort]].concat());
            for limit in ["3", "7", "1000"] {
                let mut pages = Vec::new();
                let mut after: Option<String> = None;
                loop {
                    let mut args = [filter, &["--sort", sort, "--limit", limit]].concat();
                    if let Some(after) = &after {
                        args.extend(["--after", after]);
                    }
                    let command = [&["log", "list", "-o", "json"], &args[..]].concat();
                    let ran = store.run(&command).assert_succeeded();
                    let next = ran.stderr.trim().rsplit_once("--after ");
                    after = next.map(|(_, seq)| seq.to_owned());
                    pages.extend(list(ran));
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(pages, whole, "{filter:?} {sort} {limit}");
            }
        }
    }
}

/// The requested fields in that order, in every format.
#[test]
fn columns_are_the_requested_ones() {
    let store = shop();
    let command = [
        "log",
        "list",
        "--ticket",
        "ZD-1",
        "--columns",
        "reason, seq,consent,role",
    ];
    let with = |format: &'static str| store.run_ok(&[&command[..], &["-o", format]].concat());
    let all = listed(&store, &["--ticket", "ZD-1"]);
    let lines: Vec<String> = all
        .iter()
        .map(|e| {
            let value = |field: &str| e[field].to_string();
            let [mode, source, seq] = ["mode", "source", "seq"].map(|key| &e["consent"][key]);
            let consent = if e["consent"].is_null() {
                "null".to_owned()
            } else {
                format!(r#"{{"mode":{mode},"source":{source},"seq":{seq}}}"#)
            };
            format!(
                r#"{{"reason":{},"seq":{},"consent":{},"role":{}}}"#,
                value("reason"),
                value("seq"),
                consent,
                value("role")
            )
        })
        .collect();
    assert_eq!(with("jsonl").lines().collect::<Vec<_>>(), lines);
    assert_eq!(with("json"), format!("[{}]\n", lines.join(",\n ")));
    let text = with("csv");
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<String> = csv
        .headers()
        .expect("a head")
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(head, ["reason", "seq", "consent", "role"]);
    for (row, event) in csv.records().zip(&all) {
        let row = row.expect("a row");
        assert_eq!(&row[0], event["reason"].as_str().unwrap_or_default());
        assert_eq!(row[1], event["seq"].to_string());
        let consent: Value = match &row[2] {
            "" => Value::Null,
            text => serde_json::from_str(text).expect("JSON"),
        };
        assert_eq!(consent, event["consent"]);
        assert_eq!(&row[3], event["role"].as_str().expect("a role"));
    }
    let table = with("table");
    let head: Vec<&str> = table
        .lines()
        .next()
        .expect("a head")
        .split_whitespace()
        .collect();
    assert_eq!(head, ["reason", "seq", "consent", "role"]);
    assert_eq!(table.lines().count(), 1 + all.len());
    store.run_failing(
        &["log", "list", "--columns", "seq,colour"],
        "invalid_argument",
        2,
    );
    for command in [&["list"][..], &["export", "-", "--format", "jsonl"]] {
        let twice = [&["log"], command, &["--columns", "seq,time,seq"]].concat();
        let error = store.run_failing(&twice, "invalid_value", 2);
        assert_eq!(error["message"], "--columns: seq is repeated");
    }
}

/// A flag with an invalid value is named in the error message.
#[test]
fn invalid_values_are_reported_with_their_flag() {
    let store = shop();
    for (flag, value) in [
        ("--action-group", "confg"),
        ("--not-action-group", "confg"),
        ("--action", "isue"),
        ("--not-action", "isue"),
        ("--result", "maybe"),
        ("--not-result", "maybe"),
        ("--session", "deadbee"),
        ("--not-session", "not-an-id"),
        ("--ip", "192.0.2"),
        ("--not-ip", "192.0.2.0/33"),
        ("--since", "2026-02-30"),
        ("--until", "25:00"),
    ] {
        let error = store.run_failing(&["log", "list", flag, value], "invalid_value", 2);
        let message = error["message"].as_str().expect("text");
        assert!(message.starts_with(&format!("{flag}: ")), "{message}");
        assert!(message.contains(value), "{message}");
    }
}

/// An address must belong to a customer or to an event. Otherwise it is a typo,
/// and an empty result would be misleading.
#[test]
fn an_unknown_address_is_an_error() {
    let store = shop();
    let events = listed(&store, &["--customer", REMOVED]);
    assert!(!events.is_empty());
    assert!(events.iter().all(|e| e["customer_email"] == REMOVED));
    // The address is known, although no event of that customer matches the
    // other filter.
    let none = listed(&store, &["--customer", REMOVED, "--action", "expire"]);
    assert_eq!(none, [Value::Null; 0]);
    let out = store.home().join("log.csv");
    let out = out.to_str().expect("a path");
    for named in ["dna@example.com", "1,dna@example.com"] {
        for command in [
            &["list"][..],
            &["export", "-", "--format", "csv"],
            &["export", out],
        ] {
            let args = [&["log"], command, &["--customer", named]].concat();
            let error = store.run_failing(&args, "customer_not_found", 3);
            assert_eq!(error["message"], "there is no customer dna@example.com");
        }
    }
    assert!(!std::path::Path::new(out).exists());
    let all = store.log_events();
    assert_eq!(listed(&store, &["--not-customer", "dna@example.com"]), all);
}
