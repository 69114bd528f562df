//! Patterns for reasons and tickets: without a terminal a mismatch is refused,
//! at a terminal the prompt repeats.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{TestStore, json_str};

fn set(store: &TestStore, path: &str, value: &str) {
    store.run_ok(&["config", "set", path, value]);
}

#[test]
fn reasons_and_tickets_must_match_the_pattern() {
    let store = TestStore::with_sample_data();
    set(&store, "lac/reason/pattern", "(?i)(call|chat): .{5,}");
    set(&store, "lac/ticket/pattern", "ZD-[0-9]+");
    // Neither is required, but a given value must match completely.
    store.login(&["1"]);
    for reason in ["because", "call: abc", "see call: Ada asked"] {
        let error = store.run_failing(&["login", "1", "--reason", reason], "reason_required", 5);
        assert!(
            json_str(&error["message"]).contains("(call|chat): .{5,}"),
            "{error}"
        );
        assert!(json_str(&error["hint"]).contains("--reason"), "{error}");
    }
    let error = store.run_failing(&["login", "1", "--ticket", "ZD-12x"], "ticket_required", 5);
    assert!(json_str(&error["message"]).contains("ZD-[0-9]+"), "{error}");
    assert!(json_str(&error["hint"]).contains("--ticket"), "{error}");
    store.login(&["1", "--reason", "Call: Ada asked", "--ticket", "ZD-4711"]);
    // If they are required, the same message describes the pattern.
    set(&store, "lac/reason/required", "yes");
    set(&store, "lac/ticket/required", "yes");
    let ran = store.run(&["login", "1", "--check", "-o", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let list = report["obstacles"].as_array().expect("a list");
    assert_eq!(list.len(), 2);
    assert!(
        list.iter()
            .all(|one| json_str(&one["message"]).contains("of the form")),
        "{report}"
    );
}

#[test]
fn patterns_can_differ_per_website() {
    let store = TestStore::with_sample_data();
    let path = "lac/ticket/pattern";
    store.run_ok(&["config", "set", path, "EU-[0-9]+", "--scope", "website:eu"]);
    store.login(&["1", "--ticket", "anything"]);
    store.run_failing(
        &["login", "3", "--ticket", "anything"],
        "ticket_required",
        5,
    );
    store.login(&["3", "--ticket", "EU-1"]);
}

#[test]
fn an_invalid_pattern_is_refused() {
    let store = TestStore::new();
    let long = "a".repeat(201);
    for path in ["lac/reason/pattern", "lac/ticket/pattern"] {
        for pattern in ["(", "a)(b", "[z-a]", "(a{1000}){1000}", "", &long] {
            store.run_failing(&["config", "set", path, pattern], "invalid_value", 2);
        }
        assert!(
            store
                .run_ok(&["config", "describe", path])
                .contains("regular expression")
        );
    }
}

/// Runs at a pseudo-terminal, typing these lines; returns everything shown.
/// `None` if `script`, which makes the terminal, is missing.
fn at_a_terminal(store: &TestStore, command: &str, lines: &[&str]) -> Option<String> {
    let lac = store.command(&[]);
    let mut script = Command::new("script");
    script
        .args([
            "-qec",
            &format!("{} {command}", env!("CARGO_BIN_EXE_lac")),
            "/dev/null",
        ])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm")
        .envs(
            lac.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = script.spawn().ok()?;
    let mut stdin = child.stdin.take().expect("stdin");
    for line in lines {
        // A prompt reads only what is typed after it appeared.
        std::thread::sleep(std::time::Duration::from_millis(700));
        stdin
            .write_all(format!("{line}\r").as_bytes())
            .expect("a line");
    }
    std::thread::sleep(std::time::Duration::from_millis(700));
    drop(stdin);
    let output = child.wait_with_output().expect("script ends");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn prompts_repeat_until_the_input_matches() {
    let store = TestStore::with_sample_data();
    set(&store, "lac/reason/required", "yes");
    set(&store, "lac/reason/pattern", "(call|chat): .{5,}");
    set(&store, "lac/ticket/required", "yes");
    set(&store, "lac/ticket/pattern", "ZD-[0-9]+");
    let typed = ["because", "call: Ada asked", "4711", "ZD-4711"];
    let Some(shown) = at_a_terminal(&store, "login 1 --yes", &typed) else {
        return;
    };
    assert!(shown.contains("pattern (call|chat): .{5,}"), "{shown}");
    assert!(shown.contains("pattern ZD-[0-9]+"), "{shown}");
    let event = &store.log_events()[0];
    assert_eq!(event["action"], "issue", "{shown}");
    assert_eq!(
        (json_str(&event["reason"]), json_str(&event["ticket"])),
        ("call: Ada asked", "ZD-4711")
    );
}
