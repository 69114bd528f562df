//! Session lists, ending several sessions, and colleagues in the same account.

use serde_json::{Value, json};

use crate::support::{StorefrontFixture, TestStore, create_user_with_own_role, json_str};

const SHOP: &str = "https://shop.example.com";

fn field_values<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    let rows = list.as_array().expect("a list").iter();
    rows.map(|row| json_str(&row[field])).collect()
}

#[test]
fn lists_show_age_and_remaining_time() {
    let store = TestStore::with_sample_data();
    let url = store.login_url(&["1"]);
    store.clock.set("2026-10-05T12:00:20.000000Z");
    let row = &store.run_json(&["session", "list"])[0];
    assert_eq!(
        (&row["age_seconds"], &row["left_seconds"]),
        (&json!(20), &json!(40))
    );
    store.run_json(&["redeem", &url, "--audience", SHOP]);
    store.clock.set("2026-10-05T12:10:20.000000Z");
    let row = &store.run_json(&["session", "list"])[0];
    assert_eq!(
        (&row["age_seconds"], &row["left_seconds"]),
        (&json!(620), &json!(3000))
    );
    let table = store.run_ok(&["session", "list"]);
    assert!(
        table.contains("10 min") && table.contains("50 min"),
        "{table}"
    );
    let id = json_str(&row["id"]).to_owned();
    assert!(store.run_ok(&["session", "show", &id]).contains("50 min"));
    store.run_ok(&["session", "end", &id]);
    store.clock.set("2026-10-05T15:00:00.000000Z");
    let row = &store.run_json(&["session", "list"])[0];
    assert_eq!(
        (&row["age_seconds"], &row["left_seconds"]),
        (&json!(620), &Value::Null)
    );
}

#[test]
fn sessions_can_be_ended_by_admin_user_customer_or_both() {
    let store = TestStore::with_sample_data();
    let agents = ["ann", "ben", "cid"].map(|name| (name, store.create_agent(name)));
    let fill = || {
        for ((_, token), customer) in agents.iter().zip(["1", "1", "3"]) {
            store.run_as(token, &["login", customer]).assert_succeeded();
        }
    };
    let ended = |args: &[&str]| -> Vec<String> {
        let args: Vec<&str> = ["session", "end"].iter().chain(args).copied().collect();
        let list = store.run_json(&args);
        let mut admins = field_values(&list, "admin")
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        admins.sort();
        admins
    };
    fill();
    assert_eq!(ended(&["--admin", "ben"]), ["ben"]);
    assert_eq!(ended(&["--admin", "ben"]), [""; 0]);
    assert_eq!(ended(&["--customer", "ada@example.com"]), ["ann"]);
    assert_eq!(ended(&["--all"]), ["cid"]);
    fill();
    assert_eq!(ended(&["--admin", "cid", "--customer", "1"]), [""; 0]);
    assert_eq!(
        ended(&["--admin", "ann", "--customer", "1", "--all"]),
        ["ann"]
    );
    let list = store.run_json(&["session", "list", "--state", "issued"]);
    let ids = field_values(&list, "id");
    assert_eq!(ended(&[ids[0], ids[1]]), ["ben", "cid"]);
    store.run_failing(&["session", "end"], "session_not_found", 3);
    store.run_failing(&["session", "end", ids[0], "--all"], "invalid_argument", 2);
    store.run_failing(
        &["session", "end", "--admin", "nobody"],
        "admin_user_not_found",
        3,
    );
    store.run_failing(
        &["session", "end", "--customer", "4711"],
        "customer_not_found",
        3,
    );
    // The event names the session and who ended it.
    let event = &store.run_json(&["log", "list", "--action", "end", "--result", "success"])[0];
    assert_eq!(event["details"]["ended_by"], "alice");
}

#[test]
fn other_users_sessions_require_the_resource_and_scope() {
    let store = TestStore::with_sample_data();
    let (ann, ben) = (store.create_agent("ann"), store.create_agent("ben"));
    store.run_as(&ann, &["login", "1"]).assert_succeeded();
    store.run_as(&ben, &["login", "3"]).assert_succeeded();
    let as_ann = |args: &[&str]| {
        let args: Vec<&str> = ["session", "end"]
            .iter()
            .chain(args)
            .chain(&["-o", "json"])
            .copied()
            .collect();
        store.run_as(&ann, &args)
    };
    as_ann(&["--admin", "ben"]).assert_failed("resource_denied", 4);
    as_ann(&["--admin", "nobody"]).assert_failed("resource_denied", 4);
    // Without an admin user, it means the caller's sessions.
    let own = as_ann(&["--customer", "3"]).assert_succeeded();
    assert_eq!(own.stdout.trim(), "[]");
    store.run_ok(&["role", "allow", "anns", "Lac::sessions"]);
    let eve = create_user_with_own_role(&store, "eve", &["Lac::sessions"]);
    store.run_ok(&["role", "scope", "eve", "website:base"]);
    let scoped = store
        .run_as(&eve, &["session", "end", "--admin", "ben", "-o", "json"])
        .assert_succeeded();
    assert_eq!(scoped.stdout.trim(), "[]", "ben's is elsewhere");
    let scoped = store.run_as(&eve, &["session", "end", "--customer", "3", "-o", "json"]);
    scoped.assert_failed("customer_not_found", 3);
    let list: Value = serde_json::from_str(
        &store
            .run_as(&eve, &["session", "end", "--all", "-o", "json"])
            .assert_succeeded()
            .stdout,
    )
    .expect("JSON");
    assert_eq!(field_values(&list, "admin"), ["ann"]);
    as_ann(&["--admin", "ben"]).assert_succeeded();
    assert_eq!(
        store.run_json(&["session", "list", "--state", "issued"]),
        json!([])
    );
}

#[test]
fn a_login_reports_a_colleague_in_the_same_account() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let (ann, ben) = (store.create_agent("ann"), store.create_agent("ben"));
    let token = shop.issue_link(&ann, &["1"]);
    let check = |token: &str| -> Value {
        let ran = store
            .run_as(token, &["login", "1", "--check", "-o", "json"])
            .assert_succeeded();
        serde_json::from_str(&ran.stdout).expect("JSON")
    };
    let expected =
        json!([{"admin": "ann", "state": "issued", "since": "2026-10-05T12:00:00.000000Z"}]);
    assert_eq!(check(&ben)["also_open"], expected);
    assert_eq!(
        check(&ann)["also_open"],
        json!([]),
        "oneself is no colleague"
    );
    store.clock.set("2026-10-05T12:00:30.000000Z");
    shop.redeem(&token, SHOP);
    let words = store
        .run_as(&ben, &["login", "1", "--check"])
        .assert_succeeded();
    assert!(
        words
            .stdout
            .contains("ann is also logged in to this account"),
        "{words:?}"
    );
    let words = store.run_as(&ben, &["login", "1"]).assert_succeeded();
    assert!(
        words
            .stderr
            .contains("ann is also logged in to this account"),
        "{words:?}"
    );
    assert_eq!(words.stdout.lines().count(), 1, "the URL alone");
    let login = store.login(&["1"]);
    let list = login["also_open"].as_array().expect("a list");
    assert_eq!(list.len(), 2);
    assert_eq!(
        list[1],
        json!({"admin": "ann", "state": "active", "since": "2026-10-05T12:00:30.000000Z"})
    );
    assert_eq!(store.login(&["3"])["also_open"], json!([]));
    // Ended sessions are not reported.
    store.clock.set("2026-10-05T14:00:00.000000Z");
    assert_eq!(store.login(&["1"])["also_open"], json!([]));
}

#[test]
fn a_login_does_not_report_colleagues_outside_the_scope() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "set", "customer/account_share/scope", "global"]);
    let ben = store.create_agent("ben");
    store.run_ok(&["role", "scope", "bens", "website:base"]);
    store.login(&["1", "--store-view", "de"]);
    let ran = store
        .run_as(&ben, &["login", "1", "--check", "-o", "json"])
        .assert_succeeded();
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["also_open"], json!([]));
}
