//! Rights and rotation of storefronts' tokens.

use serde_json::{Value, json};

use super::run_json_as;
use crate::support::{CommandOutput, TestStore, json_str};

const NOON: &str = "2026-10-05T12:00:00.000000Z";

fn shop(flags: &[&str]) -> (TestStore, String) {
    let store = TestStore::with_sample_data();
    store.clock.set(NOON);
    let args = [
        &["storefront", "add", "shop", "--website", "base"][..],
        flags,
    ]
    .concat();
    let token = json_str(&store.run_json(&args)["token"]).to_owned();
    (store, token)
}

fn whoami(store: &TestStore, token: &str) -> CommandOutput {
    run_json_as(store, token, &["whoami"])
}

fn rotate(store: &TestStore, grace: &[&str]) -> Value {
    store.run_json(&[&["storefront", "rotate", "shop"][..], grace].concat())
}

#[test]
fn a_replaced_token_works_until_its_grace_is_over() {
    let (store, first) = shop(&[]);
    let rotated = rotate(&store, &["--grace", "10m"]);
    let second = json_str(&rotated["token"]);
    assert_eq!(rotated["former_until"], "2026-10-05T12:10:00.000000Z");
    assert_eq!(rotated["expires_at"], Value::Null);
    let event = &store.log_events()[0];
    assert_eq!(
        (&event["action_group"], &event["action"]),
        (&json!("storefronts"), &json!("rotate"))
    );
    assert_eq!(event["details"]["grace_seconds"], 600);
    whoami(&store, &first).assert_succeeded();
    whoami(&store, second).assert_succeeded();
    let listed = &store.run_json(&["storefront", "list"])[0];
    assert_eq!(listed["former_until"], "2026-10-05T12:10:00.000000Z");
    assert_eq!(listed["expires_at"], Value::Null);
    store.clock.set("2026-10-05T12:10:00.000000Z");
    whoami(&store, &first).assert_failed("not_authenticated", 4);
    whoami(&store, second).assert_succeeded();
    let listed = &store.run_json(&["storefront", "list"])[0];
    assert_eq!(listed["former_until"], Value::Null);
    // A leaked token ends at once.
    let third = rotate(&store, &["--grace", "0"]);
    assert_eq!(third["former_until"], Value::Null);
    whoami(&store, second).assert_failed("not_authenticated", 4);
    whoami(&store, json_str(&third["token"])).assert_succeeded();
    store.run_ok(&["log", "verify"]);
}

#[test]
fn a_second_rotation_does_not_prolong_the_first_grace() {
    let (store, first) = shop(&[]);
    rotate(&store, &["--grace", "1m"]);
    let rotated = rotate(&store, &["--grace", "1h"]);
    assert_eq!(rotated["former_until"], "2026-10-05T13:00:00.000000Z");
    store.clock.set("2026-10-05T12:01:00.000000Z");
    whoami(&store, &first).assert_failed("not_authenticated", 4);
}

#[test]
fn rotation_refuses_what_it_cannot_do() {
    let (store, token) = shop(&[]);
    for grace in ["8d", "-1m", "soon"] {
        let argument = format!("--grace={grace}");
        store.run_failing(
            &["storefront", "rotate", "shop", &argument],
            "invalid_value",
            2,
        );
    }
    let rotate = &["storefront", "rotate", "nowhere"];
    store.run_failing(rotate, "storefront_not_found", 3);
    run_json_as(&store, &token, &["storefront", "rotate", "shop"])
        .assert_failed("resource_denied", 4);
    whoami(&store, &token).assert_succeeded();
    store.run_ok(&["storefront", "revoke", "shop", "--yes"]);
    store.run_failing(&["storefront", "rotate", "shop"], "storefront_revoked", 5);
}

/// Whoever gets a token that may do more than they may themselves would have
/// given themselves rights.
#[test]
fn nobody_makes_a_token_that_may_do_more_than_they_may() {
    let (store, _) = shop(&["--consent", "--sync"]);
    let clerk = store.create_user_with_resources("clerk", &["Lac::storefronts"]);
    let add = ["storefront", "add", "another", "--website", "base"];
    for flag in ["--consent", "--sync"] {
        let args = [&add[..], &[flag]].concat();
        let denied = run_json_as(&store, &clerk, &args).assert_failed("beyond_own_rights", 4);
        assert!(json_str(&denied["message"]).contains(flag), "{denied}");
    }
    run_json_as(&store, &clerk, &["storefront", "rotate", "shop"])
        .assert_failed("beyond_own_rights", 4);
    run_json_as(&store, &clerk, &add).assert_succeeded();
    let listed = store.run_json(&["storefront", "list"]);
    let rights = |row: &Value| (row["consent"].clone(), row["sync"].clone());
    assert_eq!(rights(&listed[0]), (json!(false), json!(false)));
    assert_eq!(rights(&listed[1]), (json!(true), json!(true)));
}

/// A storefront outlives the token that it was added with, also during a grace.
#[test]
fn a_grace_counts_also_when_the_token_of_the_administrator_has_expired() {
    let store = TestStore::with_sample_data();
    store.clock.set(NOON);
    let made = store.run_json(&["user", "token", "create", "alice", "--expires", "1h"]);
    let add = ["storefront", "add", "shop", "--website", "base"];
    let added = run_json_as(&store, json_str(&made["token"]), &add).assert_succeeded();
    let added: Value = serde_json::from_str(&added.stdout).expect("JSON");
    let first = json_str(&added["token"]);
    store.clock.set("2026-10-05T14:00:00.000000Z");
    whoami(&store, first).assert_succeeded();
    rotate(&store, &["--grace", "10m"]);
    whoami(&store, first).assert_succeeded();
    store.clock.set("2026-10-05T14:10:00.000000Z");
    whoami(&store, first).assert_failed("not_authenticated", 4);
}

/// Revoking a token takes back what was made with it, and no more.
#[test]
fn a_storefront_ends_with_its_last_token() {
    let (store, first) = shop(&[]);
    let made = store.run_json(&["user", "token", "create", "alice"]);
    let id = made["id"].to_string();
    let rotate = ["storefront", "rotate", "shop"];
    let rotated = run_json_as(&store, json_str(&made["token"]), &rotate).assert_succeeded();
    let rotated: Value = serde_json::from_str(&rotated.stdout).expect("JSON");
    let second = json_str(&rotated["token"]);
    store.run_ok(&["user", "token", "revoke", "alice", &id, "--yes"]);
    whoami(&store, second).assert_failed("not_authenticated", 4);
    whoami(&store, &first).assert_succeeded();
    let listed = store.run_json(&["storefront", "list"]);
    assert_eq!(listed[0]["revoked_at"], Value::Null);
}

#[test]
fn the_list_says_when_and_from_where_a_storefront_was_seen() {
    let (store, token) = shop(&["--consent"]);
    let listed = store.run_ok(&["storefront", "list"]);
    assert!(
        listed.contains("never") && listed.contains("consent"),
        "{listed}"
    );
    whoami(&store, &token).assert_succeeded();
    let listed = store.run_json(&["storefront", "list"]);
    assert_eq!(listed[0]["last_used_at"], NOON);
    assert!(listed[0].get("last_used_from").is_some());
    // The newer token's use counts for the storefront as well.
    store.clock.set("2026-10-05T12:05:00.000000Z");
    let rotated = rotate(&store, &[]);
    whoami(&store, json_str(&rotated["token"])).assert_succeeded();
    let listed = store.run_json(&["storefront", "list"]);
    assert_eq!(listed[0]["last_used_at"], "2026-10-05T12:05:00.000000Z");
}
