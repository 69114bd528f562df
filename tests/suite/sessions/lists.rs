//! What a list tells, ending several, and colleagues in the same account.

use serde_json::{Value, json};

use crate::support::{Store, Support, colleague, text};

const SHOP: &str = "https://shop.example.com";

fn pluck<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    let rows = list.as_array().expect("a list").iter();
    rows.map(|row| text(&row[field])).collect()
}

#[test]
fn age_and_time_left_are_told() {
    let store = Store::with_shop();
    let url = store.login_url(&["1"]);
    store.clock.set("2026-10-05T12:00:20.000000Z");
    let row = &store.json(&["session", "list"])[0];
    assert_eq!(
        (&row["age_seconds"], &row["left_seconds"]),
        (&json!(20), &json!(40))
    );
    store.json(&["redeem", &url, "--audience", SHOP]);
    store.clock.set("2026-10-05T12:10:20.000000Z");
    let row = &store.json(&["session", "list"])[0];
    assert_eq!(
        (&row["age_seconds"], &row["left_seconds"]),
        (&json!(620), &json!(3000))
    );
    let table = store.ok(&["session", "list"]);
    assert!(
        table.contains("10 min") && table.contains("50 min"),
        "{table}"
    );
    let id = text(&row["id"]).to_owned();
    assert!(store.ok(&["session", "show", &id]).contains("50 min"));
    store.ok(&["session", "end", &id]);
    store.clock.set("2026-10-05T15:00:00.000000Z");
    let row = &store.json(&["session", "list"])[0];
    assert_eq!(
        (&row["age_seconds"], &row["left_seconds"]),
        (&json!(620), &Value::Null)
    );
}

#[test]
fn sessions_are_ended_by_admin_user_customer_or_both() {
    let store = Store::with_shop();
    let agents = ["ann", "ben", "cid"].map(|name| (name, store.agent(name)));
    let fill = || {
        for ((_, token), customer) in agents.iter().zip(["1", "1", "3"]) {
            store.run_as(token, &["login", customer]).succeeded();
        }
    };
    let ended = |args: &[&str]| -> Vec<String> {
        let args: Vec<&str> = ["session", "end"].iter().chain(args).copied().collect();
        let list = store.json(&args);
        let mut admins = pluck(&list, "admin")
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
    let list = store.json(&["session", "list", "--state", "issued"]);
    let ids = pluck(&list, "id");
    assert_eq!(ended(&[ids[0], ids[1]]), ["ben", "cid"]);
    store.fails(&["session", "end"], "session_not_found", 3);
    store.fails(&["session", "end", ids[0], "--all"], "invalid_argument", 2);
    store.fails(
        &["session", "end", "--admin", "nobody"],
        "admin_user_not_found",
        3,
    );
    store.fails(
        &["session", "end", "--customer", "4711"],
        "customer_not_found",
        3,
    );
    // Which event it was, and by whom.
    let event = &store.json(&["log", "list", "--action", "end", "--result", "success"])[0];
    assert_eq!(event["details"]["ended_by"], "alice");
}

#[test]
fn other_peoples_sessions_take_the_resource_and_the_scope() {
    let store = Store::with_shop();
    let (ann, ben) = (store.agent("ann"), store.agent("ben"));
    store.run_as(&ann, &["login", "1"]).succeeded();
    store.run_as(&ben, &["login", "3"]).succeeded();
    let as_ann = |args: &[&str]| {
        let args: Vec<&str> = ["session", "end"]
            .iter()
            .chain(args)
            .chain(&["-o", "json"])
            .copied()
            .collect();
        store.run_as(&ann, &args)
    };
    as_ann(&["--admin", "ben"]).failed("resource_denied", 4);
    as_ann(&["--admin", "nobody"]).failed("resource_denied", 4);
    // Without a name, one's own.
    let own = as_ann(&["--customer", "3"]).succeeded();
    assert_eq!(own.stdout.trim(), "[]");
    store.ok(&["role", "allow", "anns", "Lac::sessions"]);
    let eve = colleague(&store, "eve", &["Lac::sessions"]);
    store.ok(&["role", "scope", "eve", "website:base"]);
    let scoped = store
        .run_as(&eve, &["session", "end", "--admin", "ben", "-o", "json"])
        .succeeded();
    assert_eq!(scoped.stdout.trim(), "[]", "ben's is elsewhere");
    let scoped = store.run_as(&eve, &["session", "end", "--customer", "3", "-o", "json"]);
    scoped.failed("customer_not_found", 3);
    let list: Value = serde_json::from_str(
        &store
            .run_as(&eve, &["session", "end", "--all", "-o", "json"])
            .succeeded()
            .stdout,
    )
    .expect("JSON");
    assert_eq!(pluck(&list, "admin"), ["ann"]);
    as_ann(&["--admin", "ben"]).succeeded();
    assert_eq!(
        store.json(&["session", "list", "--state", "issued"]),
        json!([])
    );
}

#[test]
fn a_colleague_in_the_same_account_is_told() {
    let shop = Support::new();
    let store = &shop.store;
    let (ann, ben) = (store.agent("ann"), store.agent("ben"));
    let token = shop.link(&ann, &["1"]);
    let check = |token: &str| -> Value {
        let ran = store
            .run_as(token, &["login", "1", "--check", "-o", "json"])
            .succeeded();
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
    shop.open(&token, SHOP);
    let words = store.run_as(&ben, &["login", "1", "--check"]).succeeded();
    assert!(
        words.stdout.contains("ann is in this account too"),
        "{words:?}"
    );
    let words = store.run_as(&ben, &["login", "1"]).succeeded();
    assert!(
        words.stderr.contains("ann is in this account too"),
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
    // What is over is not there any more.
    store.clock.set("2026-10-05T14:00:00.000000Z");
    assert_eq!(store.login(&["1"])["also_open"], json!([]));
}

#[test]
fn a_colleague_on_a_website_beyond_the_scope_is_not() {
    let store = Store::with_shop();
    store.ok(&["config", "set", "customer/account_share/scope", "global"]);
    let ben = store.agent("ben");
    store.ok(&["role", "scope", "bens", "website:base"]);
    store.login(&["1", "--store-view", "de"]);
    let ran = store
        .run_as(&ben, &["login", "1", "--check", "-o", "json"])
        .succeeded();
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["also_open"], json!([]));
}
