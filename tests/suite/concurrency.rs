//! Concurrent processes, as with a busy team.

use std::process::{Child, Output, Stdio};

use serde_json::Value;

use crate::support::{TestStore, json_str};

const AUDIENCE: &str = "https://shop.example.com";

fn spawn_all(
    store: &TestStore,
    runs: impl Iterator<Item = Vec<String>>,
    token: &str,
) -> Vec<Output> {
    let children: Vec<Child> = runs
        .map(|args| {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let mut command = store.command(&args);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            if !token.is_empty() {
                command.env("LAC_TOKEN", token);
            }
            command.spawn().expect("lac starts")
        })
        .collect();
    children
        .into_iter()
        .map(|child| child.wait_with_output().expect("lac ends"))
        .collect()
}

fn words(args: &[&str]) -> Vec<String> {
    args.iter().map(|word| (*word).to_owned()).collect()
}

fn code_of(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let line = stderr.lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(line).unwrap_or_default();
    error["error"]["code"]
        .as_str()
        .unwrap_or(&stderr)
        .to_owned()
}

#[test]
fn exactly_one_of_64_concurrent_redemptions_succeeds() {
    let store = TestStore::with_sample_data();
    let url = store.login_url(&["1"]);
    let storefront = store.run_json(&["storefront", "add", "shop", "--website", "base"]);
    let redeem = words(&["redeem", &url, "--audience", AUDIENCE, "-o", "json"]);
    let outputs = spawn_all(
        &store,
        (0..64).map(|_| redeem.clone()),
        json_str(&storefront["token"]),
    );
    let (won, lost): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
    assert_eq!(won.len(), 1);
    for output in lost {
        assert_eq!(output.status.code(), Some(5));
        assert_eq!(code_of(output), "token_spent");
    }
    let redeemed = store.run_json(&["log", "list", "--action", "redeem", "--result", "success"]);
    assert_eq!(redeemed.as_array().map(Vec::len), Some(1));
    let failed = store.run_json(&["log", "list", "--action", "redeem", "--result", "failure"]);
    assert_eq!(failed.as_array().map(Vec::len), Some(63));
}

#[test]
fn none_of_32_concurrent_logins_fails_with_a_lock_error() {
    let store = TestStore::with_sample_data();
    let before = store.log_events().len();
    let runs = (0..32).map(|i| {
        let customer = ["1", "2", "3", "4"][i % 4];
        words(&["login", customer, "-o", "json"])
    });
    let outputs = spawn_all(&store, runs, "");
    for (i, output) in outputs.iter().enumerate() {
        if i % 4 == 1 {
            assert_eq!(code_of(output), "consent_withheld");
        } else {
            assert!(output.status.success(), "{output:?}");
        }
    }
    // 24 logins, 23 of which end the one before, and 8 refusals; no gap.
    let log = store.log_events();
    assert_eq!(log.len(), before + 24 + 23 + 8);
    for (i, event) in log.iter().rev().enumerate() {
        assert_eq!(event["seq"], i + 1);
    }
    let open = store.run_json(&["session", "list", "--state", "issued"]);
    assert_eq!(
        open.as_array().map(Vec::len),
        Some(1),
        "one agent, one session"
    );
    store.run_ok(&["log", "checkpoint"]);
}
