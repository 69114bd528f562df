//! Overriding consent: who may do it, the required reason, and the record.

use serde_json::{Value, json};

use super::{mode, newest, redeem};
use crate::support::{TestStore, json_str};

const WITHOUT: [&str; 3] = ["--override-consent", "--reason", "the police asks"];

#[test]
fn an_override_requires_its_resource_and_a_reason() {
    let store = TestStore::with_sample_data();
    let ben = store.create_agent("ben");
    let as_ben = |args: &[&str]| {
        let all: Vec<&str> = ["login", "2"]
            .iter()
            .chain(args)
            .chain(&["-o", "json"])
            .copied()
            .collect();
        store.run_as(&ben, &all)
    };
    let error = as_ben(&WITHOUT).assert_failed("resource_denied", 4);
    assert!(
        json_str(&error["message"]).contains("Lac::consent_override"),
        "{error}"
    );
    // This is checked before any customer is looked up.
    let nobody = [
        "login",
        "4711",
        "--override-consent",
        "--reason",
        "x",
        "-o",
        "json",
    ];
    store
        .run_as(&ben, &nobody)
        .assert_failed("resource_denied", 4);
    store.run_ok(&["role", "allow", "bens", "Lac::consent_override"]);
    as_ben(&["--override-consent"]).assert_failed("reason_required", 5);
    as_ben(&["--override-consent", "--reason", "  "]).assert_failed("reason_required", 5);
    as_ben(&[]).assert_failed("consent_withheld", 5);
    as_ben(&WITHOUT).assert_succeeded();
    let event = newest(&store, "issue");
    assert_eq!(
        event["consent"],
        json!({"mode": "opt-in", "source": null, "seq": null, "override": true})
    );
    assert_eq!(event["reason"], "the police asks");
    assert_eq!(
        store.run_json(&["session", "list"])[0]["overrides_consent"],
        true
    );
    store.run_ok(&["log", "verify"]);
    // The statement for the shopper says so.
    let statement = store.run_ok(&["log", "statement", "--customer", "2"]);
    assert!(statement.contains("they went on without"), "{statement}");
}

#[test]
fn given_consent_is_not_overridden() {
    let store = TestStore::with_sample_data();
    let args: Vec<&str> = ["1"].iter().chain(&WITHOUT).copied().collect();
    store.login(&args);
    assert_eq!(newest(&store, "issue")["consent"]["override"], Value::Null);
    assert_eq!(
        store.run_json(&["session", "list"])[0]["overrides_consent"],
        false
    );
    mode(&store, "mandatory");
    let args: Vec<&str> = ["2"].iter().chain(&WITHOUT).copied().collect();
    store.login(&args);
    assert_eq!(newest(&store, "issue")["consent"]["override"], Value::Null);
}

#[test]
fn a_login_check_reports_a_consent_override() {
    let store = TestStore::with_sample_data();
    let args: Vec<&str> = ["login", "2", "--check"]
        .iter()
        .chain(&WITHOUT)
        .copied()
        .collect();
    let report = store.run_json(&args);
    assert_eq!(
        (&report["possible"], &report["overrides_consent"]),
        (&json!(true), &json!(true))
    );
    let bare = store.run(&["login", "2", "--check", "--override-consent", "-o", "json"]);
    let report: Value = serde_json::from_str(&bare.stdout).expect("JSON");
    assert_eq!(report["obstacles"][0]["code"], "reason_required");
}

#[test]
fn withdrawing_consent_ends_an_override_even_if_repeated() {
    let store = TestStore::with_sample_data();
    let args: Vec<&str> = ["2"].iter().chain(&WITHOUT).copied().collect();
    let unspent = store.login_url(&args);
    let revoked = store.run_json(&["consent", "revoke", "2"]);
    assert_eq!(
        (&revoked[0]["changed"], &revoked[0]["sessions_ended"]),
        (&json!(true), &json!(1))
    );
    store.run_failing(&redeem(&unspent), "session_ended", 5);
    assert_eq!(
        store.run_json(&["consent", "revoke", "2"])[0]["changed"],
        false
    );
    let active = store.login_url(&args);
    store.run_json(&redeem(&active));
    // Neither a grant nor another mode ends it.
    store.run_ok(&["consent", "grant", "2", "--for", "1h"]);
    mode(&store, "opt-out");
    assert_eq!(store.run_json(&["session", "list"])[0]["state"], "active");
    assert_eq!(
        store.run_json(&["consent", "revoke", "2"])[0]["sessions_ended"],
        1
    );
    assert_eq!(
        newest(&store, "end")["details"]["cause"],
        "consent_withdrawn"
    );
}

#[test]
fn losing_the_override_resource_ends_the_session() {
    let store = TestStore::with_sample_data();
    let ben = store.create_agent("ben");
    store.run_ok(&["role", "allow", "bens", "Lac::consent_override"]);
    let login = |customer: &str| {
        let all: Vec<&str> = ["login", customer]
            .iter()
            .chain(&WITHOUT)
            .chain(&["-o", "json"])
            .copied()
            .collect();
        let ran = store.run_as(&ben, &all).assert_succeeded();
        let answer: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        json_str(&answer["url"]).to_owned()
    };
    let url = login("2");
    store.run_ok(&["role", "deny", "bens", "Lac::consent_override"]);
    assert_eq!(newest(&store, "end")["details"]["cause"], "access_lost");
    store.run_failing(&redeem(&url), "session_ended", 5);
}
