//! Filters that the config file stores under a name.

use std::fs;

use serde_json::Value;

use super::busy::shop;
use crate::log::{list, seqs};
use crate::support::TestStore;

const FILE: &str = r#"
[filters.quarter]
since = "2026-10-24"
until = "2026-10-26"
action_group = ["login_as_customer", "consent"]
not_result = "failure"

[filters.help]
reason = "help"

[filters.jane]
admin = ["Doe, Jane"]
not_customer = "cleo@example.com"
"#;

fn write_config(store: &TestStore, text: &str) {
    let dir = store.home().join(".config/lac");
    fs::create_dir_all(&dir).expect("a directory");
    fs::write(dir.join("config.toml"), text).expect("a config file");
}

fn found(store: &TestStore, filter: &[&str]) -> Vec<u64> {
    seqs(&list(
        store.run(&[&["log", "list", "-o", "json"], filter].concat()),
    ))
}

/// A name stands for flags, in a list and in an export.
#[test]
fn a_saved_filter_equals_its_flags() {
    let store = shop();
    write_config(&store, FILE);
    for (name, flags) in [
        (
            "quarter",
            &[
                "--since=2026-10-24",
                "--until=2026-10-26",
                "--action-group=login_as_customer,consent",
                "--not-result=failure",
            ][..],
        ),
        ("help", &["--reason=help"]),
        ("jane", &["--admin=Doe, Jane", "--not-customer=3"]),
    ] {
        let named = found(&store, &["--filter", name]);
        assert_eq!(named, found(&store, flags), "{name}");
        assert!(!named.is_empty(), "{name}");
        let out = store.home().join(format!("{name}.jsonl"));
        let out = out.to_str().expect("a path");
        store.run_ok(&["log", "export", out, "--filter", name]);
        let text = fs::read_to_string(out).expect("an export");
        let rows: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let rows: Vec<u64> = seqs(&rows).into_iter().rev().collect();
        assert_eq!(rows, named, "{name}");
    }
}

/// A flag replaces the same filter of the file and is combined with the others.
#[test]
fn a_flag_overrides_the_saved_filter() {
    let store = shop();
    write_config(&store, FILE);
    let with = |flags: &[&str]| found(&store, &[&["--filter", "quarter"], flags].concat());
    let rest = [
        "--since=2026-10-24",
        "--until=2026-10-26",
        "--not-result=failure",
    ];
    let plain = |flags: &[&str]| found(&store, &[&rest, flags].concat());
    assert_eq!(
        with(&["--action-group", "customers"]),
        plain(&["--action-group", "customers"])
    );
    let groups = "--action-group=login_as_customer,consent";
    assert_eq!(
        with(&["--admin", "bea"]),
        plain(&[groups, "--admin", "bea"])
    );
    // A filter and its `--not-…` form are different filters.
    let failed = with(&["--result", "failure"]);
    assert_eq!(failed, [0; 0]);
    let failed = with(&["--not-result", "success"]);
    let other = [
        "--since=2026-10-24",
        "--until=2026-10-26",
        "--not-result=success",
        groups,
    ];
    assert_eq!(failed, found(&store, &other));
    assert!(!failed.is_empty());
}

#[test]
fn unknown_names_and_invalid_filters_are_reported() {
    let store = TestStore::new();
    let none = store.run_failing(&["log", "list", "--filter", "quarter"], "invalid_value", 2);
    let message = "--filter: the config file has no filter `quarter`; it has none";
    assert_eq!(none["message"], message);
    write_config(&store, FILE);
    let other = store.run_failing(&["log", "list", "--filter", "quartr"], "invalid_value", 2);
    let message = "--filter: the config file has no filter `quartr`; it has help, jane, quarter";
    assert_eq!(other["message"], message);
    write_config(&store, "[filters.bad]\nadmni = 'bea'\n");
    store.run_ok(&["log", "list"]);
    store.run_failing(&["log", "list", "--filter", "bad"], "config_invalid", 1);
    // A saved filter is validated when it is used.
    write_config(&store, "[filters.bad]\nresult = 'maybe'\n");
    store.run_ok(&["log", "list"]);
    store.run_failing(&["log", "list", "--filter", "bad"], "invalid_value", 2);
}
