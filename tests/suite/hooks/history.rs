//! What a customer can be told who asks who accessed the account.

use serde_json::json;

use super::super::approvals::{ApprovalFixture, json as answer};
use crate::support::{TestStore, json_str};

const HISTORY: [&str; 3] = ["customer", "history", "1"];

#[test]
fn customer_history_shows_agent_time_reason_and_approver() {
    let fixture = ApprovalFixture::new();
    let store = &fixture.store;
    store.run_ok(&["user", "edit", "amy", "--full-name", "Amy Agent"]);
    let id = fixture.request_id(&["1", "--reason", "she called", "--ticket", "ZD-1"]);
    fixture.approve(&id);
    let login = answer(&fixture.as_amy(&["login", "1", "-o", "json"]));
    let shop = store.run_json(&["storefront", "add", "shop", "--website", "base"]);
    let audience = "https://shop.example.com";
    let args = ["redeem", json_str(&login["url"]), "--audience", audience];
    assert_eq!(store.run_as(json_str(&shop["token"]), &args).code, 0);
    store.clock.set("2026-10-05T12:05:00.000000Z");
    let now = store.run_json(&HISTORY);
    assert_eq!(
        (&now[0]["state"], &now[0]["duration_seconds"]),
        (&json!("active"), &json!(300))
    );
    answer(&fixture.as_amy(&[
        "session",
        "end",
        json_str(&login["session_id"]),
        "-o",
        "json",
    ]));
    let other = fixture.request_id(&["1"]);
    fixture.approve(&other);
    answer(&fixture.as_amy(&["login", "1", "-o", "json"]));
    store.clock.set("2026-10-05T13:00:00.000000Z");

    let history = store.run_json(&HISTORY);
    let (newest, first) = (&history[0], &history[1]);
    assert_eq!(
        (&newest["state"], newest["opened_at"].is_null()),
        (&json!("expired"), true)
    );
    assert!(newest["duration_seconds"].is_null());
    for (field, value) in [
        ("session_id", login["session_id"].clone()),
        ("state", json!("ended")),
        ("issued_at", json!("2026-10-05T12:00:00.000000Z")),
        ("opened_at", json!("2026-10-05T12:00:00.000000Z")),
        ("ended_at", json!("2026-10-05T12:05:00.000000Z")),
        ("end_cause", json!("ended")),
        ("duration_seconds", json!(300)),
        ("admin", json!("amy")),
        ("admin_full_name", json!("Amy Agent")),
        ("website", json!("base")),
        ("store_view", json!("en")),
        ("reason", json!("she called")),
        ("ticket", json!("ZD-1")),
        ("approved_by", json!("lea")),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert_eq!(first["consent"]["mode"], "opt-in");

    // Page by page, as CSV, and in a narrow terminal.
    let page = store.run(&["customer", "history", "1", "--limit", "1", "-o", "json"]);
    let cursor = json_str(&newest["session_id"]);
    assert!(page.stderr.contains(cursor), "{page:#?}");
    let rest = store.run_json(&["customer", "history", "1", "--after", cursor]);
    assert_eq!(rest.as_array().map(Vec::len), Some(1));
    let csv = store.run_ok(&["customer", "history", "1", "-o", "csv"]);
    assert!(
        csv.starts_with("session_id,state,issued_at,opened_at"),
        "{csv}"
    );
    fixture
        .as_lea(&["customer", "history", "1", "-o", "json"])
        .assert_failed("resource_denied", 4);
    // Archived events are included.
    store.clock.set("2027-01-05T12:00:00.000000Z");
    store.run_ok(&["log", "archive"]);
    assert_eq!(store.run_json(&HISTORY)[1]["approved_by"], "lea");
}

#[test]
fn customer_history_respects_the_role_scope() {
    let store = TestStore::with_sample_data();
    let add = "customer add --email new@example.com --website eu --id 4711";
    store.run_ok(&add.split(' ').collect::<Vec<_>>());
    store.run_ok(&["consent", "grant", "4711"]);
    store.login(&["4711", "--reason", "before"]);
    let history = store.run_json(&["customer", "history", "4711"]);
    assert_eq!(history[0]["reason"], "before");
    let reader = store.create_user_with_resources("reader", &["manage"]);
    store.run_ok(&["role", "scope", "readers", "website:base"]);
    let args = ["customer", "history", "4711", "-o", "json"];
    store
        .run_as(&reader, &args)
        .assert_failed("customer_not_found", 3);
}
