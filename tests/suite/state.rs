//! Unlogged changes of permissions in the database are detected, and later
//! events do not hide them.

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{TestStore, json_str};

/// A store with one of everything, some of it revoked.
fn shop() -> TestStore {
    let store = TestStore::with_sample_data();
    store.create_user_with_resources("clerk", &["login_log"]);
    store.create_user("deputy", "Administrators");
    store.run_json(&[
        "user",
        "token",
        "create",
        "deputy",
        "--resource",
        "login_log",
    ]);
    store.run_ok(&["user", "token", "revoke", "clerk", "--all"]);
    store.run_ok(&["storefront", "add", "former", "--website", "base"]);
    store.run_ok(&["storefront", "revoke", "former", "--yes"]);
    store.run_ok(&[
        "storefront",
        "add",
        "shop",
        "--website",
        "base",
        "--consent",
    ]);
    store.run_ok(&["key", "rotate", "login", "--yes"]);
    store
}

fn forge(store: &TestStore, sql: &str) {
    let database = Connection::open(store.dir().join("lac.db")).expect("a database");
    database
        .execute_batch("PRAGMA foreign_keys=OFF")
        .expect("no checks");
    database.execute_batch(sql).expect("changed");
    assert!(database.changes() > 0, "{sql}");
}

const CHANGES: [(&str, &str); 18] = [
    (
        "INSERT INTO admin_user (name, role_id, os_account, enabled, created_at) \
         SELECT 'mallory', id, 'mallory', 1, 0 FROM role WHERE name = 'Administrators'",
        "admin users",
    ),
    (
        "UPDATE admin_user SET role_id = (SELECT id FROM role WHERE name = 'Administrators') \
         WHERE name = 'clerk'",
        "admin users",
    ),
    (
        "UPDATE admin_user SET os_account = 'mallory' WHERE name = 'deputy'",
        "admin users",
    ),
    (
        "UPDATE role SET access = 'all', scope = 'all' WHERE access = 'custom'",
        "roles",
    ),
    (
        "INSERT INTO role_resource SELECT id, 'Lac::keys' FROM role WHERE access = 'custom'",
        "roles",
    ),
    ("DELETE FROM role_resource", "roles"),
    (
        "UPDATE access_token SET revoked_at = NULL WHERE admin_user_id IS NOT NULL",
        "access tokens",
    ),
    (
        "UPDATE access_token SET expires_at = expires_at + 1 WHERE expires_at IS NOT NULL",
        "access tokens",
    ),
    (
        "UPDATE access_token SET access = 'all' WHERE access = 'custom'",
        "access tokens",
    ),
    (
        "UPDATE access_token SET hash = randomblob(32) WHERE id = 1",
        "access tokens",
    ),
    (
        "UPDATE storefront SET revoked_at = NULL WHERE name = 'former'",
        "storefronts",
    ),
    (
        "INSERT INTO storefront_website SELECT id, 2 FROM storefront WHERE name = 'former'",
        "storefronts",
    ),
    (
        "INSERT INTO storefront_right SELECT id, 'consent' FROM storefront WHERE name = 'former'",
        "storefronts",
    ),
    (
        "UPDATE storefront_right SET name = 'sync' WHERE name = 'consent'",
        "storefronts",
    ),
    (
        "UPDATE access_token SET revoked_at = NULL, name = 'other' WHERE storefront_id IS NOT NULL",
        "storefronts",
    ),
    (
        "UPDATE signing_key SET retired_at = NULL, state = 'verifying' WHERE purpose = 'login' \
         AND state <> 'active'",
        "keys",
    ),
    (
        "INSERT INTO config_value VALUES ('lac/consent/mode', 'default', 0, 'mandatory') \
         ON CONFLICT DO UPDATE SET value = 'mandatory'",
        "config values",
    ),
    (
        "UPDATE config_value SET value = 'https://evil.example/' \
         WHERE path = 'web/secure/base_url'",
        "config values",
    ),
];

/// `log verify` and `doctor` name the difference.
fn assert_detected(store: &TestStore, sql: &str, what: &str) {
    let verify = store.run(&["log", "verify", "-o", "json"]);
    assert_eq!(verify.code, 6, "{sql}: {verify:#?}");
    let expected = format!("{what} are not as event ");
    assert!(verify.stderr.contains(&expected), "{sql}: {verify:#?}");
    let doctor = store.run(&["doctor", "-o", "json"]);
    assert_eq!(doctor.code, 6, "{sql}: {doctor:#?}");
    let lines: Vec<Value> = serde_json::from_str(&doctor.stdout).expect("findings");
    let line = lines.iter().find(|line| line["check"] == "state");
    let line = line.expect("the finding");
    assert_eq!(line["code"], "state_tampered", "{sql}: {line}");
    assert!(
        json_str(&line["message"]).contains(&expected),
        "{sql}: {line}"
    );
}

#[test]
fn an_unlogged_change_is_detected_and_stays_so() {
    let sound = shop();
    sound.run_ok(&["log", "verify"]);
    assert_eq!(sound.run(&["doctor"]).code, 0);
    for (sql, what) in CHANGES {
        let store = sound.copy_store();
        forge(&store, sql);
        assert_detected(&store, sql, what);
        for act in [
            &["role", "create", "another"][..],
            &["config", "set", "web/url/use_store", "yes"],
            &["user", "token", "create", "alice"],
            &["key", "rotate", "login", "--yes"],
        ] {
            let error = store.run_failing(act, "state_tampered", 6);
            let message = json_str(&error["message"]);
            assert!(message.contains(what), "{sql}: {act:?}: {message}");
        }
        // Events that do not change the state are still possible, and repair
        // nothing.
        let _ = store.run(&["customer", "edit", "1", "--first-name", "Other"]);
        assert_detected(&store, sql, what);
    }
}

/// The newest state digest is never far from the newest event.
#[test]
fn an_unlogged_change_is_detected_after_many_events() {
    let store = shop();
    for turn in 0..300 {
        let yes = if turn % 2 == 0 { "grant" } else { "revoke" };
        store.run_ok(&["consent", yes, "2"]);
    }
    store.run_ok(&["log", "verify"]);
    assert_eq!(store.run(&["doctor"]).code, 0);
    let (sql, what) = CHANGES[0];
    forge(&store, sql);
    assert_detected(&store, sql, what);
    store.run_failing(&["role", "create", "another"], "state_tampered", 6);
}

#[test]
fn an_administrator_can_accept_an_unlogged_change() {
    let store = shop();
    let archivist =
        store.create_user_with_resources("archivist", &["system_magento_logging_bulk_events"]);
    let unchanged = store.run_json(&["log", "accept", "--yes"]);
    assert_eq!(unchanged["changed"], false, "{unchanged}");
    let (sql, what) = CHANGES[0];
    forge(&store, sql);
    store
        .run_as(&archivist, &["log", "accept", "--yes", "-o", "json"])
        .assert_failed("beyond_own_rights", 4);
    store.run_failing(&["log", "accept"], "confirmation_required", 2);
    assert_detected(&store, sql, what);
    let accepted = store.run_json(&["log", "accept", "--yes"]);
    assert_eq!(accepted["kinds"], serde_json::json!(["admin_users"]));
    store.run_ok(&["log", "verify"]);
    assert_eq!(store.run(&["doctor"]).code, 0);
    store.run_ok(&["role", "create", "another"]);
    let event = store.run_json(&["log", "show", &accepted["audit_seq"].to_string()]);
    assert_eq!(event["action"], "accept");
    assert_eq!(event["admin"], "alice");
    assert_eq!(
        event["details"]["kinds"],
        serde_json::json!(["admin_users"])
    );
}

/// Groups that are not logged are not proven and raise no alarm, neither while
/// they are off nor when they are on again.
#[test]
fn an_action_group_that_is_not_logged_raises_no_alarm() {
    let store = shop();
    let logged = |groups: &str| {
        store.run_ok(&["config", "set", "admin/magento_logging/actions", groups]);
        store.run_ok(&["log", "verify"]);
        assert_eq!(store.run(&["doctor"]).code, 0);
    };
    logged("stores,customers,import");
    let before = store.log_events().len();
    store.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    store.run_ok(&["storefront", "add", "third", "--website", "base"]);
    // Both groups are off.
    assert_eq!(store.log_events().len(), before);
    store.run_ok(&["role", "create", "another"]);
    store.run_ok(&["log", "verify"]);
    assert_eq!(store.run(&["doctor"]).code, 0);
    logged("config,storefronts,stores,customers,import");
    store.run_ok(&["config", "set", "web/url/use_store", "no"]);
    store.run_ok(&["storefront", "revoke", "third", "--yes"]);
    store.run_ok(&["log", "verify"]);
    let (sql, what) = CHANGES[17];
    forge(&store, sql);
    assert_detected(&store, sql, what);
}

/// The digest is in the record, so neither erasing nor archiving removes it.
#[test]
fn the_state_digest_is_part_of_the_record() {
    let store = shop();
    store.run_ok(&["role", "create", "another"]);
    let seq = store.log_events()[0]["seq"].to_string();
    let raw = store.run_ok(&["log", "show", &seq, "--raw"]);
    let record = raw.lines().next().expect("a record");
    let record: Value = serde_json::from_str(record).expect("a record");
    let kinds: Vec<&String> = record["state"]
        .as_object()
        .expect("digests")
        .keys()
        .collect();
    assert_eq!(kinds.len(), 7, "{record}");
    for (_, digest) in record["state"].as_object().expect("digests") {
        assert_eq!(json_str(digest).len(), 43);
    }
    // The fields of an event are unchanged.
    let event = &store.log_events()[0];
    assert!(event.get("action").is_some());
    assert!(event.get("state").is_none());
}
