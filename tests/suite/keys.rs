//! Rotating keys on schedule, and retiring leaked keys.

use std::fs;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{NOW, TestStore, json_str};

/// Rotates a key; returns the JSON output.
pub(crate) fn rotate(store: &TestStore, purpose: &str) -> Value {
    store.run_json(&["key", "rotate", purpose, "--yes"])
}

pub(crate) fn key_of(store: &TestStore, purpose: &str) -> String {
    let keys = store.run_json(&["key", "list"]);
    let mut keys = keys.as_array().expect("a list").iter();
    let is_it = |key: &&Value| key["purpose"] == purpose && key["state"] == "active";
    json_str(&keys.find(is_it).expect("a key")["kid"]).to_owned()
}

pub(crate) fn state_of(store: &TestStore, kid: &str) -> String {
    let keys = store.run_json(&["key", "list"]);
    let mut keys = keys.as_array().expect("a list").iter();
    let key = keys.find(|key| key["kid"] == kid).expect("the key");
    json_str(&key["state"]).to_owned()
}

fn published(store: &TestStore) -> Vec<String> {
    let set = store.run_json(&["key", "jwks"]);
    let keys = set["keys"].as_array().expect("keys").iter();
    keys.map(|key| json_str(&key["kid"]).to_owned()).collect()
}

fn redeem(store: &TestStore, url: &str) -> crate::support::CommandOutput {
    let audience = "https://shop.example.com";
    store.run(&["redeem", url, "--audience", audience, "-o", "json"])
}

fn valid(store: &TestStore, url: &str) -> Value {
    let ran = store.run(&["verify", url, "-o", "json"]);
    serde_json::from_str(&ran.stdout).expect("JSON")
}

fn header(url: &str) -> Value {
    use base64::Engine as _;
    let token = url.split("secret=").nth(1).expect("a token");
    let header = token.split('.').next().expect("a header");
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header);
    serde_json::from_slice(&header.expect("base64url")).expect("JSON")
}

#[test]
fn tokens_stay_valid_after_a_login_key_rotation() {
    let store = TestStore::with_sample_data();
    store.run_ok(&[
        "config",
        "set",
        "login_as_customer/general/authentication_data_expiration_time",
        "600",
    ]);
    let old = key_of(&store, "login");
    let url = store.login_url(&["1"]);
    let private = fs::read(store.dir().join("keys/login.pem")).expect("a key");
    let rotated = rotate(&store, "login");
    let new = json_str(&rotated["kid"]).to_owned();
    assert_eq!(rotated["replaced"], *old);
    assert_eq!(rotated["verifying_until"], "2026-10-05T12:10:00.000000Z");
    assert_eq!(rotated["statement"], Value::Null);
    assert_ne!(
        fs::read(store.dir().join("keys/login.pem")).expect("a key"),
        private
    );
    assert_eq!(state_of(&store, &old), "verifying");
    assert_eq!(published(&store), [&*old, &*new]);
    // New tokens are signed with the new key; the old token is still valid.
    let dan = store.login_url(&["4", "--store-view", "fr"]);
    assert_eq!(header(&dan)["kid"], *new);
    assert_eq!(header(&url)["kid"], *old);
    assert_eq!(valid(&store, &url)["valid"], true);
    // The second login replaced the first one; a separate agent's token is
    // redeemed.
    let bea = store.create_agent("bea");
    let of_bea = store
        .run_as(&bea, &["login", "1", "-o", "json"])
        .assert_succeeded();
    let of_bea: Value = serde_json::from_str(&of_bea.stdout).expect("JSON");
    rotate(&store, "login");
    redeem(&store, json_str(&of_bea["url"])).assert_succeeded();
    assert_eq!(store.log_events()[1]["action"], "rotate");
    assert_eq!(store.log_events()[1]["details"]["replaced"], *new);

    // Verification ends with time alone, whichever command runs.
    store.clock.set("2026-10-05T12:09:59Z");
    assert_eq!(published(&store).len(), 3);
    store.clock.set("2026-10-05T12:10:00Z");
    assert_eq!(published(&store).len(), 1);
    assert_eq!(state_of(&store, &old), "retired");
    assert_eq!(valid(&store, &url)["valid"], false);
    store.run_ok(&["log", "verify"]);
    store.clock.set(NOW);
}

#[test]
fn retiring_a_leaked_login_key_ends_its_tokens_and_sessions() {
    let store = TestStore::with_sample_data();
    let leaked = key_of(&store, "login");
    let bea = store.create_agent("bea");
    let active = store.login_url(&["1"]);
    redeem(&store, &active).assert_succeeded();
    let issued = store
        .run_as(&bea, &["login", "3", "-o", "json"])
        .assert_succeeded();
    let issued: Value = serde_json::from_str(&issued.stdout).expect("JSON");

    let asked = store.run_failing(
        &["key", "retire", &leaked[..12]],
        "confirmation_required",
        2,
    );
    assert!(
        json_str(&asked["message"]).contains("ends 2 open sessions"),
        "{asked}"
    );
    let retired = store.run_json(&["key", "retire", &leaked[..12], "--yes"]);
    assert_eq!(retired["kid"], *leaked);
    assert_eq!(retired["sessions_ended"], 2);
    let new = json_str(&retired["replaced_by"]).to_owned();
    assert_eq!(published(&store), [&*new]);
    assert_eq!(key_of(&store, "login"), new);

    let verified = valid(&store, json_str(&issued["url"]));
    assert_eq!(
        (&verified["valid"], &verified["code"]),
        (&false.into(), &"token_invalid".into())
    );
    redeem(&store, json_str(&issued["url"])).assert_failed("token_invalid", 5);
    for session in store
        .run_json(&["session", "list"])
        .as_array()
        .expect("a list")
    {
        assert_eq!(session["state"], "ended", "{session}");
    }
    let log = store.log_events();
    let named = |action: &str| log.iter().filter(|e| e["action"] == action).count();
    assert_eq!((named("end"), named("rotate"), named("retire")), (2, 1, 1));
    let end = log.iter().find(|e| e["action"] == "end").expect("an end");
    assert_eq!(end["details"]["cause"], "key_retired");

    // Repeating it does nothing and records nothing.
    let again = store.run_json(&["key", "retire", &leaked, "--yes"]);
    assert_eq!(
        (&again["changed"], &again["audit_seq"]),
        (&false.into(), &Value::Null)
    );
    assert_eq!(store.log_events().len(), log.len());
    let after = store.login_url(&["1"]);
    redeem(&store, &after).assert_succeeded();
    store.run_ok(&["log", "verify"]);
}

/// A key that was rotated long ago turns out to have leaked.
#[test]
fn a_session_outlives_a_rotated_key_but_not_a_retired_one() {
    let store = TestStore::with_sample_data();
    let old = key_of(&store, "login");
    let url = store.login_url(&["1"]);
    redeem(&store, &url).assert_succeeded();
    rotate(&store, "login");
    store.clock.set("2026-10-05T12:30:00Z");
    assert_eq!(state_of(&store, &old), "retired");
    let open = || store.run_json(&["session", "list"])[0]["state"].clone();
    assert_eq!(open(), "active");
    let retired = store.run_json(&["key", "retire", &old, "--yes"]);
    assert_eq!(
        (&retired["sessions_ended"], &retired["replaced_by"]),
        (&1.into(), &Value::Null)
    );
    assert_eq!(open(), "ended");
    store.clock.set(NOW);
}

#[test]
fn sessions_without_a_key_id_belong_to_the_first_key() {
    let store = TestStore::with_sample_data();
    let first = key_of(&store, "login");
    let url = store.login_url(&["1"]);
    redeem(&store, &url).assert_succeeded();
    let database = Connection::open(store.dir().join("lac.db")).expect("a database");
    let forgotten = database.execute("UPDATE session SET key_id = NULL", []);
    assert_eq!(forgotten.expect("changed"), 1);
    drop(database);
    let second = json_str(&rotate(&store, "login")["kid"]).to_owned();
    rotate(&store, "login");
    let retired = store.run_json(&["key", "retire", &second, "--yes"]);
    assert_eq!(retired["sessions_ended"], 0);
    let retired = store.run_json(&["key", "retire", &first, "--yes"]);
    assert_eq!(retired["sessions_ended"], 1);
}

#[test]
fn rights_and_arguments_are_checked_before_keys_change() {
    let store = TestStore::new();
    store.run_failing(&["key", "rotate", "login"], "confirmation_required", 2);
    store.run_failing(&["key", "rotate", "other"], "invalid_argument", 2);
    store.run_failing(&["key", "retire", "nothing", "--yes"], "key_not_found", 3);
    store.run_failing(&["key", "retire", "", "--yes"], "key_not_found", 3);
    let clerk = store.create_user_with_resources("clerk", &["login_button"]);
    for args in [
        &["key", "rotate", "audit", "-y", "-o", "json"][..],
        &["key", "retire", "x", "-y", "-o", "json"],
    ] {
        store
            .run_as(&clerk, args)
            .assert_failed("resource_denied", 4);
    }
    let denied = &store.log_events()[1];
    assert_eq!(
        (&denied["action"], &denied["result"]),
        (&"rotate".into(), &"failure".into())
    );
    let keys = fs::read_dir(store.dir().join("keys"))
        .expect("keys")
        .count();
    assert_eq!(keys, 2);
    let before = store.log_events().len();
    rotate(&store, "login");
    assert_eq!(store.log_events().len(), before + 1);
}

/// A lost login key can be replaced.
#[test]
fn a_lost_login_key_can_be_replaced() {
    let store = TestStore::with_sample_data();
    fs::remove_file(store.dir().join("keys/login.pem")).expect("removed");
    store.run_failing(&["login", "1"], "key_missing", 8);
    rotate(&store, "login");
    store.login_url(&["1"]);
}
