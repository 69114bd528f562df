//! Consent: several customers at once, all or nothing, each with its own event.

use serde_json::json;

use super::{customer, events, field_values, role, run_json_as, shop};

#[test]
fn changing_several_customers_records_an_event_each() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    customer(&store, "2", "joe@example.com", "us");
    store.run_ok(&["consent", "grant", "2"]);
    let before = events(&store);
    let list = store.run_json(&[
        "consent",
        "grant",
        "JANE@example.com",
        "2",
        "1",
        "--reason",
        "asked on the phone",
    ]);
    assert_eq!(field_values(&list, "customer_id"), ["1", "2"]);
    assert_eq!(field_values(&list, "changed"), ["true", "false"]);
    assert_eq!(field_values(&list, "consent"), ["granted", "granted"]);
    assert_eq!(list[0]["website"], "eu");
    let log = store.log_events();
    assert_eq!(log.len(), before + 1);
    let event = &log[0];
    assert_eq!(
        (&event["action_group"], &event["action"]),
        (&json!("consent"), &json!("grant"))
    );
    assert_eq!(event["customer_id"], "1");
    assert_eq!(event["customer_email"], "jane@example.com");
    assert_eq!(event["website"], "eu");
    assert_eq!(event["reason"], "asked on the phone");
    assert_eq!(event["details"]["before"], "withheld");
    assert_eq!(event["details"]["after"], "granted");
    let shown = store.run_json(&["consent", "show", "1"]);
    assert_eq!(shown["consent"], "granted");
    assert_eq!(
        (&shown["source"], &shown["changed_by"]),
        (&json!("admin"), &json!("alice"))
    );
    assert_eq!(shown["changed_at"], crate::support::NOW);
    assert_eq!(
        store.run_json(&["customer", "show", "1"])["consent"],
        "granted"
    );
}

#[test]
fn a_change_of_several_customers_is_all_or_nothing() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    customer(&store, "3", "both@example.com", "eu");
    customer(&store, "4", "both@example.com", "us");
    store.run_failing(&["consent", "grant", "1", "99"], "customer_not_found", 3);
    assert_eq!(store.log_events()[0]["details"]["customer"], "99");
    let error = store.run_failing(
        &["consent", "grant", "1", "both@example.com"],
        "customer_ambiguous",
        2,
    );
    assert!(error["message"].as_str().expect("text").contains("eu, us"));
    assert_eq!(
        store.run_json(&["consent", "show", "1"])["consent"],
        "withheld"
    );
    let list = store.run_json(&["consent", "grant", "both@example.com", "--website", "us"]);
    assert_eq!(field_values(&list, "customer_id"), ["4"]);
}

#[test]
fn customers_can_be_read_from_stdin() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    customer(&store, "2", "joe@example.com", "us");
    let ran = store.run_with(
        b"jane@example.com\r\n\n  2  \n",
        &["consent", "grant", "-", "-o", "json"],
    );
    let list = serde_json::from_str(&ran.assert_succeeded().stdout).expect("JSON");
    assert_eq!(field_values(&list, "customer_id"), ["1", "2"]);
    let ran = store.run_with(b"why not", &["consent", "revoke", "1", "--reason", "-"]);
    ran.assert_succeeded();
    assert_eq!(store.log_events()[0]["reason"], "why not");
    let both = ["consent", "revoke", "-", "--reason", "-", "-o", "json"];
    store
        .run_with(b"1", &both)
        .assert_failed("invalid_value", 2);
    let none = ["consent", "revoke", "-", "-o", "json"];
    store
        .run_with(b"\n", &none)
        .assert_failed("input_required", 2);
}

#[test]
fn withdrawing_consent_ends_the_session() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    store.run_ok(&["consent", "grant", "1"]);
    store.run_ok(&["login", "1"]);
    assert_eq!(
        store.run_json(&["consent", "revoke", "1"])[0]["sessions_ended"],
        1
    );
    assert_eq!(store.run_json(&["session", "list"])[0]["state"], "ended");
    let log = store.log_events();
    assert_eq!(
        (&log[0]["action"], &log[1]["action"]),
        (&json!("end"), &json!("revoke"))
    );
    assert_eq!(log[0]["details"]["cause"], "consent_withdrawn");
    store.run_failing(&["login", "1"], "consent_withheld", 5);
}

#[test]
fn a_login_names_the_event_that_granted_consent() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    store.run_ok(&["consent", "grant", "1"]);
    let granted = store.log_events()[0]["seq"].clone();
    store.run_ok(&["login", "1"]);
    let issued = &store.log_events()[0];
    assert_eq!(issued["consent"]["seq"], granted);
    assert_eq!(issued["consent"]["source"], "admin");
}

#[test]
fn the_history_shows_who_changed_consent_and_how() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    customer(&store, "2", "joe@example.com", "us");
    role(&store, "Nothing", &[]);
    let nora = store.create_user("nora", "Nothing");
    store.run_ok(&["consent", "grant", "1", "2"]);
    run_json_as(&store, &nora, &["consent", "revoke", "1"]).assert_failed("resource_denied", 4);
    store.run_ok(&["consent", "revoke", "1", "--reason", "called"]);
    let history = store.run_json(&["consent", "history", "1"]);
    assert_eq!(field_values(&history, "action"), ["revoke", "grant"]);
    assert_eq!(history[0]["source"], "admin");
    assert_eq!(history[0]["admin"], "alice");
    assert_eq!(history[0]["reason"], "called");
    assert_eq!(
        field_values(
            &store.run_json(&["consent", "history", "1", "2"]),
            "customer_id"
        ),
        ["1", "2", "1"]
    );
    let first = store
        .run(&["consent", "history", "1", "--limit", "1", "-o", "json"])
        .assert_succeeded();
    let cursor = history[0]["seq"].to_string();
    assert!(
        first.stderr.contains(&format!("--after {cursor}")),
        "{first:?}"
    );
    let rest = store.run_json(&["consent", "history", "1", "--after", &cursor]);
    assert_eq!(field_values(&rest, "action"), ["grant"]);
    store.run_failing(
        &["consent", "history", "1", "--after", "x"],
        "invalid_value",
        2,
    );
}

#[test]
fn title_and_tooltip_come_from_the_website() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    customer(&store, "2", "joe@example.com", "us");
    let path = "login_as_customer/general/shopping_assistance_checkbox_title";
    store.run_ok(&[
        "config",
        "set",
        path,
        "Hilfe erlauben",
        "--scope",
        "website:eu",
    ]);
    let both = store.run_json(&["consent", "show", "1", "2"]);
    assert_eq!(
        field_values(&both, "title"),
        ["Hilfe erlauben", "Allow remote shopping assistance"]
    );
    assert!(!both[0]["tooltip"].as_str().expect("text").is_empty());
}

#[test]
fn reading_the_consent_of_many_customers_is_recorded() {
    let store = shop();
    super::search::insert_customers(&store, 101);
    let ids: Vec<String> = (10_001..=10_101).map(|id| id.to_string()).collect();
    let show = |ids: &[String]| {
        let ran = store.run_with(
            ids.join("\n").as_bytes(),
            &["consent", "show", "-", "-o", "csv"],
        );
        assert_eq!(ran.assert_succeeded().stdout.lines().count(), ids.len() + 1);
    };
    let before = events(&store);
    show(&ids[..100]);
    assert_eq!(events(&store), before);
    show(&ids);
    let event = &store.log_events()[0];
    assert_eq!(
        (&event["action_group"], &event["action"]),
        (&json!("consent"), &json!("read"))
    );
    assert_eq!(event["details"]["count"], 101);
}

#[test]
fn the_history_includes_the_time_before_the_merchant_id() {
    let store = shop();
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        "jane@example.com",
        "--website",
        "eu",
    ]);
    store.run_ok(&["consent", "grant", "local:1"]);
    store.run_ok(&["customer", "edit", "local:1", "--id", "42"]);
    store.run_ok(&["consent", "revoke", "42"]);
    let history = store.run_json(&["consent", "history", "42"]);
    assert_eq!(field_values(&history, "customer_id"), ["42", "local:1"]);
    store.run_failing(&["consent", "history", "local:1"], "customer_not_found", 3);
    let log = store.run_json(&["log", "list", "--customer", "jane@example.com"]);
    assert!(field_values(&log, "customer_id").contains(&"local:1".to_owned()));
}
