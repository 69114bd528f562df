//! A revoked token stops, and so does everything that was made with it.

use serde_json::{Value, json};

use crate::support::{Ran, Store, text};

/// A token that `maker` makes for an admin user; its text.
#[track_caller]
fn made(store: &Store, maker: &str, args: &[&str]) -> String {
    let args: Vec<&str> = ["user", "token", "create"]
        .iter()
        .chain(args)
        .chain(&["-o", "json"])
        .copied()
        .collect();
    let ran = store.run_as(maker, &args).succeeded();
    let made: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    text(&made["token"]).to_owned()
}

/// The id of the newest token of an admin user.
#[track_caller]
fn newest(store: &Store, name: &str) -> String {
    let tokens = store.json(&["user", "token", "list", name]);
    let last = tokens
        .as_array()
        .and_then(|all| all.last())
        .expect("a token");
    last["id"].to_string()
}

fn whoami(store: &Store, token: &str) -> Ran {
    store.run_as(token, &["whoami", "-o", "json"])
}

/// A store with a token of alice's that a script has, and its id.
fn leaked(limits: &[&str]) -> (Store, String, String) {
    let store = Store::with_shop();
    let args: Vec<&str> = ["user", "token", "create", "alice"]
        .iter()
        .chain(limits)
        .copied()
        .collect();
    let token = text(&store.json(&args)["token"]).to_owned();
    let id = newest(&store, "alice");
    (store, token, id)
}

#[test]
fn what_a_token_made_stops_with_it_however_deep() {
    let (store, leaked, id) = leaked(&["--resource", "login_button", "--website", "base"]);
    let child = made(&store, &leaked, &["alice"]);
    let grandchild = made(&store, &child, &["alice", "--expires", "1h"]);
    whoami(&store, &grandchild).succeeded();
    let revoked = store.json(&["user", "token", "revoke", "alice", &id]);
    assert_eq!(revoked["revoked"].as_array().expect("ids").len(), 1);
    assert_eq!(revoked["descendants"].as_array().expect("ids").len(), 2);
    assert_eq!(
        store.log()[0]["details"]["descendants"],
        revoked["descendants"]
    );
    for token in [&leaked, &child, &grandchild] {
        whoami(&store, token).failed("not_authenticated", 4);
    }
    store.ok(&["log", "verify"]);
}

#[test]
fn what_was_made_for_others_stops_too_and_what_they_have_besides_does_not() {
    let (store, leaked, id) = leaked(&[]);
    let own = store.agent("bea");
    let child = made(&store, &leaked, &["bea"]);
    whoami(&store, &child).succeeded();
    store.ok(&["user", "token", "revoke", "alice", &id]);
    whoami(&store, &child).failed("not_authenticated", 4);
    whoami(&store, &own).succeeded();
}

#[test]
fn a_storefront_that_was_added_with_a_limited_token_ends_with_it() {
    let limited = ["--expires", "10d", "--resource", "Lac::storefronts"];
    let (store, leaked, id) = leaked(&limited);
    let add = [
        "storefront",
        "add",
        "shop",
        "--website",
        "base",
        "-o",
        "json",
    ];
    let ran = store.run_as(&leaked, &add).succeeded();
    let added: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(added["expires_at"], "2026-10-15T12:00:00.000000Z");
    let shop = text(&added["token"]);
    whoami(&store, shop).succeeded();
    store.ok(&["user", "token", "revoke", "alice", &id]);
    whoami(&store, shop).failed("not_authenticated", 4);
    let listed = store.json(&["storefront", "list"]);
    assert!(listed[0]["revoked_at"].is_string(), "{listed}");
}

/// A shop does not stop because the token of a script ran out; revoking that
/// token stops it.
#[test]
fn a_storefront_that_was_added_with_a_token_without_a_limit_outlives_its_expiry() {
    let (store, leaked, id) = leaked(&["--expires", "1d"]);
    let add = ["storefront", "add", "shop", "--website", "base"];
    let add: Vec<&str> = add.iter().copied().chain(["-o", "json"]).collect();
    let ran = store.run_as(&leaked, &add).succeeded();
    let added: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(added["expires_at"].is_null(), "{added}");
    let shop = text(&added["token"]);
    store.clock.set("2026-10-08T12:00:00Z");
    whoami(&store, &leaked).failed("not_authenticated", 4);
    whoami(&store, shop).succeeded();
    store.ok(&["user", "token", "revoke", "alice", &id]);
    whoami(&store, shop).failed("not_authenticated", 4);
}

#[test]
fn a_token_counts_no_longer_than_the_owner_of_its_parent() {
    let store = Store::with_shop();
    let boss = store.person("boss", "Administrators");
    let own = store.agent("bea");
    let child = made(&store, &boss, &["bea"]);
    store.ok(&["user", "disable", "boss"]);
    whoami(&store, &child).failed("not_authenticated", 4);
    let listed = store.json(&["user", "token", "list", "bea"]);
    assert_eq!(listed[1]["state"], "suspended", "{listed}");
    store.ok(&["user", "enable", "boss"]);
    whoami(&store, &child).succeeded();

    store.ok(&["user", "delete", "boss", "--yes"]);
    assert_eq!(
        store.log()[0]["details"]["descendants"],
        json!([listed[1]["id"]])
    );
    whoami(&store, &child).failed("not_authenticated", 4);
    whoami(&store, &own).succeeded();
}

/// Revoking marks every descendant. Even if it had not, or somebody took the
/// mark away, a token whose parent does not count does not either.
#[test]
fn a_parent_that_does_not_count_is_found_when_a_token_is_used() {
    let (store, leaked, id) = leaked(&[]);
    let child = made(&store, &leaked, &["alice"]);
    let db = rusqlite::Connection::open(store.dir().join("lac.db")).expect("the database");
    let marked = db.execute(
        "UPDATE access_token SET revoked_at = 1 WHERE id = ?1",
        [&id],
    );
    assert_eq!(marked, Ok(1));
    whoami(&store, &child).failed("not_authenticated", 4);
}

#[test]
fn a_limited_token_makes_no_more_than_it_has() {
    let (store, leaked, _) = leaked(&[
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
        store.run_as(&leaked, &args).failed("beyond_own_rights", 4);
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
    store.ok(&["role", "create", "Modest"]);
    store.ok(&["role", "allow", "Modest", "login_button"]);
    store.ok(&["role", "scope", "Modest", "website:base"]);
    // An account outlives a token, so that a limited one maps none.
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
        .succeeded();
    denied(&["user", "edit", "mallory", "--os-account", "mallory"]);
    let foreign = ["storefront", "add", "shop", "--website", "eu", "-o", "json"];
    store
        .run_as(&leaked, &foreign)
        .failed("website_not_found", 3);
}

#[test]
fn a_limited_token_neither_revokes_nor_sees_its_siblings() {
    let (store, leaked, id) = leaked(&["--resource", "login_button"]);
    let sibling = text(&store.json(&["user", "token", "create", "alice"])["token"]).to_owned();
    let other = newest(&store, "alice");
    let child = made(&store, &leaked, &["alice"]);
    let list: Value = {
        let ran = store
            .run_as(&leaked, &["user", "token", "list", "-o", "json"])
            .succeeded();
        serde_json::from_str(&ran.stdout).expect("JSON")
    };
    let rows = list.as_array().expect("a list");
    assert_eq!(rows.len(), 2, "itself and what it made: {list}");
    assert_eq!(rows[1]["parent_id"].to_string(), id);
    for which in [&*other, "--all"] {
        let revoke = ["user", "token", "revoke", "alice", which, "-o", "json"];
        store
            .run_as(&leaked, &revoke)
            .failed("beyond_own_rights", 4);
        // Nor does what a token made touch its parent.
        store.run_as(&child, &revoke).failed("beyond_own_rights", 4);
    }
    let parent = ["user", "token", "revoke", "alice", &id, "-o", "json"];
    store.run_as(&child, &parent).failed("beyond_own_rights", 4);
    whoami(&store, &sibling).succeeded();
    // It may give itself up, and goes with what it made.
    store.run_as(&leaked, &parent).succeeded();
    whoami(&store, &child).failed("not_authenticated", 4);
}

#[test]
fn tokens_of_tokens_end_somewhere() {
    let (store, mut token, _) = leaked(&[]);
    for _ in 0..8 {
        token = made(&store, &token, &["alice"]);
        whoami(&store, &token).succeeded();
    }
    let more = ["user", "token", "create", "alice", "-o", "json"];
    store.run_as(&token, &more).failed("beyond_own_rights", 4);
}
