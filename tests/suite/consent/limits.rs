//! Consent with a time limit.

use serde_json::{Value, json};

use super::{SHOP, mode, newest, redeem};
use crate::support::{TestStore, json_str, rest_customer, rest_page};

#[test]
fn a_grant_can_have_a_time_limit() {
    let store = TestStore::with_sample_data();
    let granted = store.run_json(&["consent", "grant", "2", "--for", "7d"]);
    assert_eq!(granted[0]["until"], "2026-10-12T12:00:00.000000Z");
    let event = newest(&store, "grant");
    assert_eq!(event["details"]["before"], "withheld");
    assert_eq!(
        event["details"]["after"],
        "granted until 2026-10-12T12:00:00.000000Z"
    );
    assert_eq!(event["details"]["until"], granted[0]["until"]);
    for shown in [
        store.run_json(&["consent", "show", "2"])["until"].clone(),
        store.run_json(&["consent", "history", "2"])[0]["until"].clone(),
        store.run_json(&["customer", "show", "2"])["consent_until"].clone(),
    ] {
        assert_eq!(shown, granted[0]["until"]);
    }
    assert!(
        store
            .run_ok(&["customer", "show", "2"])
            .contains("2026-10-12 12:00")
    );
    store.login(&["2"]);
    // Repeating it changes nothing; another limit does.
    assert_eq!(
        store.run_json(&["consent", "grant", "2", "--for", "7d"])[0]["changed"],
        false
    );
    assert_eq!(
        store.run_json(&["consent", "grant", "2", "--for", "8d"])[0]["changed"],
        true
    );
    assert_eq!(
        store.run_json(&["consent", "grant", "2"])[0]["changed"],
        true
    );
    assert_eq!(
        store.run_json(&["consent", "show", "2"])["until"],
        Value::Null
    );
}

#[test]
fn until_accepts_the_usual_times_in_the_stores_time_zone() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
    for (given, until) in [
        ("2026-10-31", "2026-10-31T23:00:00.000000Z"),
        ("today", "2026-10-05T22:00:00.000000Z"),
        ("2026-10-06T10:30Z", "2026-10-06T10:31:00.000000Z"),
    ] {
        let granted = store.run_json(&["consent", "grant", "2", "--until", given]);
        assert_eq!(granted[0]["until"], until, "{given}");
    }
}

#[test]
fn past_or_excessive_limits_are_refused() {
    let store = TestStore::with_sample_data();
    for limit in [
        "--for=0s",
        "--for=0",
        "--for=-1d",
        "--for=7",
        "--for=soon",
        "--for=",
        "--for=3654d",
        "--for=99999999999999999999d",
        "--for=18446744073709551615s",
        "--until=yesterday",
        "--until=2026-10-04",
        "--until=2026-10-05T11:59",
        "--until=7d",
        "--until=9999-01-01",
        "--until=",
        "--until=never",
        "--until=0",
    ] {
        store.run_failing(&["consent", "grant", "2", limit], "invalid_value", 2);
    }
    let both = ["consent", "grant", "2", "--for", "1d", "--until", "today"];
    store.run_failing(&both, "invalid_argument", 2);
    store.run_failing(
        &["consent", "revoke", "2", "--for", "1d"],
        "invalid_argument",
        2,
    );
    assert_eq!(
        store.run_json(&["consent", "show", "2"])["consent"],
        "withheld"
    );
    store.run_ok(&["consent", "grant", "2", "--for", "3653d"]);
}

#[test]
fn an_expired_grant_is_withheld_and_shows_when_it_expired() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["consent", "grant", "2", "--for", "1h"]);
    store.clock.set("2026-10-05T12:59:59.999999Z");
    store.login(&["2"]);
    store.clock.set("2026-10-05T13:00:00.000000Z");
    let error = store.run_failing(&["login", "2"], "consent_withheld", 5);
    assert!(
        json_str(&error["message"]).contains("2026-10-05T13:00:00"),
        "{error}"
    );
    let shown = store.run_json(&["consent", "show", "2"]);
    assert_eq!(
        (&shown["consent"], &shown["allowed"]),
        (&json!("withheld"), &json!(false))
    );
    assert_eq!(shown["until"], "2026-10-05T13:00:00.000000Z");
    mode(&store, "opt-out");
    store.run_failing(&["login", "2"], "consent_withheld", 5);
    mode(&store, "mandatory");
    store.login(&["2"]);
    mode(&store, "opt-in");
    // A grant without a limit removes it.
    store.run_ok(&["consent", "grant", "2"]);
    store.login(&["2"]);
}

#[test]
fn links_and_sessions_end_when_the_consent_expires() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["consent", "grant", "1", "--for", "30s"]);
    let login = store.login(&["1"]);
    assert_eq!(login["expires_at"], "2026-10-05T12:00:30.000000Z");
    let verified = store.run_json(&["verify", json_str(&login["url"])]);
    assert_eq!(verified["claims"]["exp"], 1_791_201_630);
    let opened = store.run_json(&redeem(json_str(&login["url"])));
    assert_eq!(opened["ends_at"], "2026-10-05T12:00:30.000000Z");
    assert_eq!(
        newest(&store, "redeem")["details"]["ends_at"],
        opened["ends_at"]
    );
    store.clock.set("2026-10-05T12:00:30.000000Z");
    let id = json_str(&login["session_id"]);
    let shown = store.run_json(&["session", "show", id]);
    assert_eq!(
        (json_str(&shown["state"]), json_str(&shown["end_cause"])),
        ("expired", "consent_expired")
    );
    // The next command records the expiry, with the time it happened.
    store.clock.set("2026-10-05T12:10:00.000000Z");
    store.login(&["3"]);
    let event = newest(&store, "expire");
    assert_eq!(event["details"]["cause"], "consent_expired");
    assert_eq!(event["details"]["duration_seconds"], 30);
    let shown = store.run_json(&["session", "show", id]);
    assert_eq!(shown["ended_at"], "2026-10-05T12:00:30.000000Z");
    store.run_ok(&["log", "verify"]);
}

#[test]
fn a_new_grant_shortens_open_sessions_but_never_extends_them() {
    let store = TestStore::with_sample_data();
    let ben = store.create_agent("ben");
    let login = store.login(&["1"]);
    store.run_json(&redeem(json_str(&login["url"])));
    store
        .run_as(&ben, &["login", "1", "--store-view", "es"])
        .assert_succeeded();
    store.run_ok(&["consent", "grant", "1", "--for", "20s"]);
    let list = store.run_json(&["session", "list"]);
    assert_eq!(list[0]["expires_at"], "2026-10-05T12:00:20.000000Z");
    assert_eq!(list[1]["ends_at"], "2026-10-05T12:00:20.000000Z");
    assert_eq!(
        (&list[0]["left_seconds"], &list[1]["left_seconds"]),
        (&json!(20), &json!(20))
    );
    assert_eq!(list[0]["end_cause"], Value::Null, "it is open");
    store.run_ok(&["consent", "grant", "1"]);
    let list = store.run_json(&["session", "list"]);
    assert_eq!(list[0]["left_seconds"], 20);
}

#[test]
fn a_link_expires_with_a_shortened_grant() {
    let store = TestStore::with_sample_data();
    let url = store.login_url(&["1"]);
    store.run_ok(&["consent", "grant", "1", "--for", "20s"]);
    store.clock.set("2026-10-05T12:00:20.000000Z");
    // The token's own expiry is later, but the consent decides.
    store.run_failing(&redeem(&url), "consent_withheld", 5);
    store.run_ok(&["consent", "grant", "1"]);
    store.run_failing(&redeem(&url), "session_ended", 5);
    let ran = store.run(&["redeem", &url, "--audience", SHOP]);
    assert!(ran.stderr.contains("consent expired"), "{ran:?}");
}

#[test]
fn a_statement_says_that_a_session_ended_with_its_consent() {
    let store = TestStore::with_sample_data();
    let login = store.login(&["1"]);
    store.run_json(&redeem(json_str(&login["url"])));
    store.run_ok(&["consent", "grant", "1", "--for", "20s"]);
    store.clock.set("2026-10-05T12:05:00.000000Z");
    // Whether or not the expiry is recorded yet.
    for _ in 0..2 {
        let statement = store.run_json(&["log", "statement", "--customer", "1"]);
        let visit = &statement["visits"][0];
        assert_eq!(visit["cause"], "consent_expired", "{visit}");
        // Microseconds order the log, even with a fixed clock.
        assert!(
            [19, 20].contains(&visit["seconds"].as_u64().expect("seconds")),
            "{visit}"
        );
        assert!(
            json_str(&visit["ended"]).starts_with("2026-10-05T12:00:20."),
            "{visit}"
        );
        store.login(&["3"]);
    }
}

#[test]
fn merging_two_customers_keeps_the_shorter_grant() {
    let store = TestStore::with_sample_data();
    let csv = "email,_website,firstname,lastname\nada.a@example.com,base,Ada,Apple\n";
    store
        .run_with(csv.as_bytes(), &["import", "customers", "-"])
        .assert_succeeded();
    store.run_ok(&["consent", "grant", "local:1", "--for", "40s"]);
    store.run_ok(&["consent", "grant", "1"]);
    let login = store.login(&["1"]);
    let name = ("Ada", "Apple");
    store.import(
        "customers",
        &rest_page(&[rest_customer(1, "ada.a@example.com", name, (1, 1), 2)]),
    );
    let shown = store.run_json(&["consent", "show", "1"]);
    assert_eq!(shown["until"], "2026-10-05T12:00:40.000000Z");
    let session = store.run_json(&["session", "show", json_str(&login["session_id"])]);
    assert_eq!(session["left_seconds"], 40);
}
