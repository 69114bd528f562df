//! Roles and config as code: exporting a store to a file, and applying a file
//! to a store.

mod config;
mod files;
mod rights;
mod roles;

use serde_json::Value;

use crate::support::{CommandOutput, TestStore};

/// Runs `lac NOUN VERB - …` with the text on stdin.
fn run_with_text(
    store: &TestStore,
    noun: &str,
    verb: &str,
    text: &str,
    more: &[&str],
) -> CommandOutput {
    let mut args = vec![noun, verb, "-"];
    args.extend(more);
    store.run_with(text.as_bytes(), &args)
}

/// Applies the text; returns the JSON output.
#[track_caller]
fn apply_text(store: &TestStore, noun: &str, text: &str, more: &[&str]) -> Value {
    let mut args = vec!["-o", "json"];
    args.extend(more);
    let ran = run_with_text(store, noun, "apply", text, &args).assert_succeeded();
    serde_json::from_str(&ran.stdout).expect("JSON")
}

/// The changes that a diff lists.
#[track_caller]
fn differences(store: &TestStore, noun: &str, text: &str, more: &[&str]) -> Vec<Value> {
    let mut args = vec!["-o", "json"];
    args.extend(more);
    let ran = run_with_text(store, noun, "diff", text, &args);
    let list: Vec<Value> = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(ran.code, if list.is_empty() { 0 } else { 9 }, "{ran:#?}");
    list
}

/// Applies an invalid file; returns the error message.
#[track_caller]
fn error_message(store: &TestStore, noun: &str, text: &str) -> String {
    let before = store.log_events().len();
    let error =
        run_with_text(store, noun, "apply", text, &["-o", "json"]).assert_failed("invalid_file", 2);
    let diff =
        run_with_text(store, noun, "diff", text, &["-o", "json"]).assert_failed("invalid_file", 2);
    assert_eq!(error, diff);
    assert_eq!(
        store.log_events().len(),
        before,
        "a usage error is not recorded"
    );
    let message = error["message"].as_str().expect("a text");
    let message = message.strip_prefix("stdin: ").expect("the file's name");
    message.to_owned()
}

/// Action group and action of the newest events, oldest first.
fn event_actions(store: &TestStore, count: usize) -> Vec<String> {
    let log = store.log_events();
    let newest = log.iter().take(count).rev();
    newest
        .map(|event| {
            let word = |field: &str| event[field].as_str().expect("a word").to_owned();
            format!("{} {}", word("action_group"), word("action"))
        })
        .collect()
}
