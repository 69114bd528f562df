//! Revoking a token stops everything that was created with it.

use serde_json::{Value, json};

use crate::support::{CommandOutput, TestStore, json_str};

/// Uses the token `maker` to create a token for an admin user; returns it.
#[track_caller]
fn create_token_with(store: &TestStore, maker: &str, args: &[&str]) -> String {
    let args: Vec<&str> = ["user", "token", "create"]
        .iter()
        .chain(args)
        .chain(&["-o", "json"])
        .copied()
        .collect();
    let ran = store.run_as(maker, &args).assert_succeeded();
    let made: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    json_str(&made["token"]).to_owned()
}

/// The id of the newest token of an admin user.
#[track_caller]
fn newest(store: &TestStore, name: &str) -> String {
    let tokens = store.run_json(&["user", "token", "list", name]);
    let last = tokens
        .as_array()
        .and_then(|all| all.last())
        .expect("a token");
    last["id"].to_string()
}

fn whoami(store: &TestStore, token: &str) -> CommandOutput {
    store.run_as(token, &["whoami", "-o", "json"])
}

/// A store with a leaked token of alice, and the token's id.
fn store_with_leaked_token(limits: &[&str]) -> (TestStore, String, String) {
    let store = TestStore::with_sample_data();
    let args: Vec<&str> = ["user", "token", "create", "alice"]
        .iter()
        .chain(limits)
        .copied()
        .collect();
    let token = json_str(&store.run_json(&args)["token"]).to_owned();
    let id = newest(&store, "alice");
    (store, token, id)
}

#[test]
fn revoking_a_token_stops_all_its_descendants() {
    let (store, leaked, id) =
        store_with_leaked_token(&["--resource", "login_button", "--website", "base"]);
    let child = create_token_with(&store, &leaked, &["alice"]);
    let grandchild = create_token_with(&store, &child, &["alice", "--expires", "1h"]);
    whoami(&store, &grandchild).assert_succeeded();
    let revoked = store.run_json(&["user", "token", "revoke", "alice", &id]);
    assert_eq!(revoked["revoked"].as_array().expect("ids").len(), 1);
    assert_eq!(revoked["descendants"].as_array().expect("ids").len(), 2);
    assert_eq!(
        store.log_events()[0]["details"]["descendants"],
        revoked["descendants"]
    );
    for token in [&leaked, &child, &grandchild] {
        whoami(&store, token).assert_failed("not_authenticated", 4);
    }
    store.run_ok(&["log", "verify"]);
}

#[test]
fn revoking_a_token_stops_tokens_it_created_for_others() {
    let (store, leaked, id) = store_with_leaked_token(&[]);
    let own = store.create_agent("bea");
    let child = create_token_with(&store, &leaked, &["bea"]);
    whoami(&store, &child).assert_succeeded();
    store.run_ok(&["user", "token", "revoke", "alice", &id]);
    whoami(&store, &child).assert_failed("not_authenticated", 4);
    whoami(&store, &own).assert_succeeded();
}

#[test]
fn a_storefront_added_with_a_limited_token_ends_with_it() {
    let limited = ["--expires", "10d", "--resource", "Lac::storefronts"];
    let (store, leaked, id) = store_with_leaked_token(&limited);
    let add = [
        "storefront",
        "add",
        "shop",
        "--website",
        "base",
        "-o",
        "json",
    ];
    let ran = store.run_as(&leaked, &add).assert_succeeded();
    let added: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(added["expires_at"], "2026-10-15T12:00:00.000000Z");
    let shop = json_str(&added["token"]);
    whoami(&store, shop).assert_succeeded();
    store.run_ok(&["user", "token", "revoke", "alice", &id]);
    whoami(&store, shop).assert_failed("not_authenticated", 4);
    let listed = store.run_json(&["storefront", "list"]);
    assert!(listed[0]["revoked_at"].is_string(), "{listed}");
}

/// A storefront does not stop because the token of a script expired; revoking
/// that token stops it.
#[test]
fn a_storefront_added_with_an_unlimited_token_outlives_its_expiry() {
    let (store, leaked, id) = store_with_leaked_token(&["--expires", "1d"]);
    let add = ["storefront", "add", "shop", "--website", "base"];
    let add: Vec<&str> = add.iter().copied().chain(["-o", "json"]).collect();
    let ran = store.run_as(&leaked, &add).assert_succeeded();
    let added: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(added["expires_at"].is_null(), "{added}");
    let shop = json_str(&added["token"]);
    store.clock.set("2026-10-08T12:00:00Z");
    whoami(&store, &leaked).assert_failed("not_authenticated", 4);
    whoami(&store, shop).assert_succeeded();
    store.run_ok(&["user", "token", "revoke", "alice", &id]);
    whoami(&store, shop).assert_failed("not_authenticated", 4);
}

#[test]
fn a_token_is_suspended_with_the_owner_of_its_parent() {
    let store = TestStore::with_sample_data();
    let boss = store.create_user("boss", "Administrators");
    let own = store.create_agent("bea");
    let child = create_token_with(&store, &boss, &["bea"]);
    store.run_ok(&["user", "disable", "boss"]);
    whoami(&store, &child).assert_failed("not_authenticated", 4);
    let listed = store.run_json(&["user", "token", "list", "bea"]);
    assert_eq!(listed[1]["state"], "suspended", "{listed}");
    store.run_ok(&["user", "enable", "boss"]);
    whoami(&store, &child).assert_succeeded();

    store.run_ok(&["user", "delete", "boss", "--yes"]);
    assert_eq!(
        store.log_events()[0]["details"]["descendants"],
        json!([listed[1]["id"]])
    );
    whoami(&store, &child).assert_failed("not_authenticated", 4);
    whoami(&store, &own).assert_succeeded();
}

/// Revoking marks every descendant. A token with an invalid parent is invalid
/// even without that mark.
#[test]
fn an_invalid_parent_is_detected_when_a_token_is_used() {
    let (store, leaked, id) = store_with_leaked_token(&[]);
    let child = create_token_with(&store, &leaked, &["alice"]);
    let db = rusqlite::Connection::open(store.dir().join("lac.db")).expect("the database");
    let marked = db.execute(
        "UPDATE access_token SET revoked_at = 1 WHERE id = ?1",
        [&id],
    );
    assert_eq!(marked, Ok(1));
    whoami(&store, &child).assert_failed("not_authenticated", 4);
}

#[test]
fn a_limited_token_creates_no_more_than_it_holds() {
    let (store, leaked, _) = store_with_leaked_token(&[
        "--resource",
        "login_button",
        "--resource",
        "acl_users",
        "--resource",
        "Lac::storefronts",
        "--website",
        "base",
        "--expires",
        "1d",
    ]);
    let denied = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        store
            .run_as(&leaked, &args)
            .assert_failed("beyond_own_rights", 4);
    };
    denied(&["user", "token", "create", "alice", "--expires", "2d"]);
    denied(&[
        "user",
        "token",
        "create",
        "alice",
        "--resource",
        "acl_roles",
    ]);
    store.run_ok(&["role", "create", "Modest"]);
    store.run_ok(&["role", "allow", "Modest", "login_button"]);
    store.run_ok(&["role", "scope", "Modest", "website:base"]);
    // A mapped account outlives a token, so a limited token cannot map one.
    denied(&[
        "user",
        "create",
        "mallory",
        "--role",
        "Modest",
        "--os-account",
        "mallory",
    ]);
    store
        .run_as(&leaked, &["user", "create", "mallory", "--role", "Modest"])
        .assert_succeeded();
    denied(&["user", "edit", "mallory", "--os-account", "mallory"]);
    let foreign = ["storefront", "add", "shop", "--website", "eu", "-o", "json"];
    store
        .run_as(&leaked, &foreign)
        .assert_failed("website_not_found", 3);
}

#[test]
fn a_limited_token_cannot_see_or_revoke_its_siblings() {
    let (store, leaked, id) = store_with_leaked_token(&["--resource", "login_button"]);
    let sibling =
        json_str(&store.run_json(&["user", "token", "create", "alice"])["token"]).to_owned();
    let other = newest(&store, "alice");
    let child = create_token_with(&store, &leaked, &["alice"]);
    let list: Value = {
        let ran = store
            .run_as(&leaked, &["user", "token", "list", "-o", "json"])
            .assert_succeeded();
        serde_json::from_str(&ran.stdout).expect("JSON")
    };
    let rows = list.as_array().expect("a list");
    assert_eq!(rows.len(), 2, "itself and what it made: {list}");
    assert_eq!(rows[1]["parent_id"].to_string(), id);
    for which in [&*other, "--all"] {
        let revoke = ["user", "token", "revoke", "alice", which, "-o", "json"];
        store
            .run_as(&leaked, &revoke)
            .assert_failed("beyond_own_rights", 4);
        // Nor can a created token change its parent.
        store
            .run_as(&child, &revoke)
            .assert_failed("beyond_own_rights", 4);
    }
    let parent = ["user", "token", "revoke", "alice", &id, "-o", "json"];
    store
        .run_as(&child, &parent)
        .assert_failed("beyond_own_rights", 4);
    whoami(&store, &sibling).assert_succeeded();
    // It may revoke itself, and ends with everything it created.
    store.run_as(&leaked, &parent).assert_succeeded();
    whoami(&store, &child).assert_failed("not_authenticated", 4);
}

#[test]
fn the_depth_of_token_descendants_is_limited() {
    let (store, mut token, _) = store_with_leaked_token(&[]);
    for _ in 0..8 {
        token = create_token_with(&store, &token, &["alice"]);
        whoami(&store, &token).assert_succeeded();
    }
    let more = ["user", "token", "create", "alice", "-o", "json"];
    store
        .run_as(&token, &more)
        .assert_failed("beyond_own_rights", 4);
}
