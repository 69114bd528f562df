//! Customers: adding, editing, removing.

use serde_json::json;

use super::{customer, events, shop};

#[test]
fn a_customer_can_be_added_with_or_without_a_merchant_id() {
    let store = shop();
    let jane = customer(&store, "42", "Jane@Example.com", "eu");
    assert_eq!(jane["id"], "42");
    assert_eq!(jane["email"], "Jane@Example.com");
    assert_eq!(jane["name"], "Jane Doe");
    assert_eq!(
        (&jane["website"], &jane["store_view"]),
        (&json!("eu"), &json!("de"))
    );
    assert_eq!(
        (&jane["active"], &jane["confirmed"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(jane["consent"], "withheld");
    let local = store.run_json(&[
        "customer",
        "add",
        "--email",
        "joe@example.com",
        "--website",
        "eu",
        "--active",
        "no",
        "--confirmed",
        "no",
    ]);
    assert_eq!(local["id"], "local:1");
    assert_eq!(
        (&local["active"], &local["confirmed"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(local["store_view"], json!(null));
    let event = &store.log_events()[0];
    assert_eq!(
        (&event["action"], &event["customer_id"]),
        (&json!("add"), &json!("local:1"))
    );
    // The id of a removed customer is not reused.
    store.run_ok(&["customer", "remove", "local:1", "--yes"]);
    let next = store.run_json(&[
        "customer",
        "add",
        "--email",
        "joe@example.com",
        "--website",
        "eu",
    ]);
    assert_eq!(next["id"], "local:2");
    // A REST import assigns the merchant's id later.
    let known = store.run_json(&["customer", "edit", "local:2", "--id", "77"]);
    assert_eq!(known["id"], "77");
    store.run_failing(
        &["customer", "edit", "77", "--id", "78"],
        "invalid_value",
        2,
    );
}

#[test]
fn ids_and_addresses_are_unique() {
    let store = shop();
    customer(&store, "42", "jane@example.com", "eu");
    let add = |id: &str, email: &str, website: &str| {
        store.run(&[
            "customer",
            "add",
            "--id",
            id,
            "--email",
            email,
            "--website",
            website,
            "-o",
            "json",
        ])
    };
    add("42", "other@example.com", "eu").assert_failed("already_exists", 7);
    add("43", "JANE@example.com", "eu").assert_failed("already_exists", 7);
    add("43", "jane@example.com", "us").assert_succeeded();
    store.run_failing(
        &["customer", "show", "jane@example.com"],
        "customer_ambiguous",
        2,
    );
    let us = store.run_json(&["customer", "show", "jane@example.com", "--website", "us"]);
    assert_eq!(us["id"], "43");
    customer(&store, "44", "joe@example.com", "us");
    store.run_failing(
        &["customer", "edit", "44", "--email", "jane@example.com"],
        "already_exists",
        7,
    );
}

#[test]
fn invalid_and_overlong_addresses_are_refused() {
    let store = shop();
    let long = format!("{}@example.com", "x".repeat(243));
    for wrong in ["", "jane", "@x", "x@", "a@b@c", "a b@c", "a\u{7f}@b", &long] {
        let email = format!("--email={wrong}");
        store.run_failing(
            &["customer", "add", &email, "--website", "eu"],
            "invalid_value",
            2,
        );
    }
    let name = "x".repeat(256);
    let args = [
        "customer",
        "add",
        "--email",
        "a@b",
        "--website",
        "eu",
        "--first-name",
        &name,
    ];
    store.run_failing(&args, "invalid_value", 2);
    // The longest possible address is stored and shown completely.
    let longest = &long[1..];
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        longest,
        "--website",
        "eu",
        "--id",
        "1",
    ]);
    assert!(store.run_ok(&["customer", "list"]).contains(longest));
    assert_eq!(store.log_events()[0]["customer_email"], longest);
    for args in [
        [
            "customer",
            "add",
            "--email",
            "c@d",
            "--website",
            "eu",
            "--store-view",
            "en",
        ],
        [
            "customer",
            "add",
            "--email",
            "c@d",
            "--website",
            "eu",
            "--id",
            "0",
        ],
    ] {
        store.run_failing(&args, "invalid_value", 2);
    }
    store.run_ok(&["config", "set", "customer/account_share/scope", "global"]);
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        "c@d",
        "--website",
        "eu",
        "--store-view",
        "en",
    ]);
}

#[test]
fn an_edit_records_only_changed_fields() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    let before = events(&store);
    let same = store.run_json(&[
        "customer",
        "edit",
        "1",
        "--first-name",
        "Jane",
        "--active",
        "yes",
    ]);
    assert_eq!(same["changed"], false);
    assert_eq!(events(&store), before);
    let edited = store.run_json(&[
        "customer",
        "edit",
        "1",
        "--last-name",
        "Roe",
        "--store-view",
        "",
    ]);
    assert_eq!(
        (&edited["name"], &edited["store_view"]),
        (&json!("Jane Roe"), &json!(null))
    );
    let details = &store.log_events()[0]["details"];
    assert_eq!(
        details["before"],
        json!({"last_name": "Doe", "store_view": "de"})
    );
    assert_eq!(
        details["after"],
        json!({"last_name": "Roe", "store_view": null})
    );
    store.run_failing(&["customer", "edit", "1"], "input_required", 2);
    store.run_failing(
        &["customer", "edit", "9", "--active", "no"],
        "customer_not_found",
        3,
    );
    let ran = store.run_with(b"Jo\n", &["customer", "edit", "1", "--first-name", "-"]);
    ran.assert_succeeded();
    assert_eq!(
        store.run_json(&["customer", "show", "1"])["first_name"],
        "Jo"
    );
}

#[test]
fn deactivating_or_removing_a_customer_ends_sessions() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    store.run_ok(&["consent", "grant", "1"]);
    store.run_ok(&["login", "1"]);
    let off = store.run_json(&["customer", "edit", "1", "--active", "no"]);
    assert_eq!(off["sessions_ended"], 1);
    assert_eq!(
        store.log_events()[0]["details"]["cause"],
        "customer_inactive"
    );
    store.run_failing(&["login", "1"], "customer_inactive", 5);
    store.run_ok(&["customer", "edit", "1", "--active", "1"]);
    store.run_ok(&["login", "1"]);
    store.run_failing(&["customer", "remove", "1"], "confirmation_required", 2);
    assert_eq!(store.run_json(&["session", "list"])[0]["state"], "issued");
    let gone = store.run_json(&["customer", "remove", "1", "--yes"]);
    assert_eq!(
        (&gone["id"], &gone["sessions_ended"]),
        (&json!("1"), &json!(1))
    );
    assert_eq!(store.run_json(&["session", "list"])[0]["state"], "ended");
    store.run_failing(&["customer", "show", "1"], "customer_not_found", 3);
    let removed = store
        .log_events()
        .into_iter()
        .find(|event| event["action"] == "remove");
    assert_eq!(
        removed.expect("an event")["customer_email"],
        "jane@example.com"
    );
}

#[test]
fn without_a_terminal_a_customer_must_be_named() {
    let store = shop();
    for command in [
        &["customer", "show"][..],
        &["customer", "edit", "--active", "no"],
        &["customer", "remove", "--yes"],
        &["consent", "show"],
        &["consent", "grant"],
        &["consent", "revoke"],
        &["consent", "history"],
    ] {
        let error = store.run_failing(command, "input_required", 2);
        assert_eq!(error["hint"], "give it with CUSTOMER", "{command:?}");
    }
}
