//! An address that was typed in a failed attempt belongs to no event about a
//! customer; it is erased from the log all the same.

use std::fs;

use serde_json::Value;

use crate::support::{TestStore, rest_customer, rest_page};

/// In the merchant's spelling.
const ADDRESS: &str = "Joe.Roe@Example.com";

fn shop_with_joe() -> TestStore {
    let store = TestStore::with_sample_data();
    let joe = rest_customer(77, ADDRESS, ("Joe", "Roe"), (1, 1), 2);
    store.import("customers", &rest_page(&[joe]));
    store
}

/// A login that finds no customer: the typed address is in the event's details.
fn log_in_with_typo(store: &TestStore, typed: &str) {
    store.run_failing(&["login", typed], "customer_not_found", 3);
    assert!(
        count_events_with(store, typed) > 0,
        "{typed} is not in the log"
    );
}

/// How many events contain a word, ignoring case.
fn count_events_with(store: &TestStore, word: &str) -> usize {
    let log = store.run_ok(&["log", "list", "-o", "jsonl"]).to_lowercase();
    log.lines()
        .filter(|line| line.contains(&word.to_lowercase()))
        .count()
}

/// Whether the store's files contain it.
fn database_contains(store: &TestStore, word: &str) -> bool {
    ["lac.db", "lac.db-wal"].iter().any(|name| {
        let bytes = fs::read(store.dir().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes)
            .to_lowercase()
            .contains(&word.to_lowercase())
    })
}

fn erase(store: &TestStore, args: &[&str]) -> Value {
    store.run_json(&[&["log", "erase", "--yes"][..], args].concat())
}

#[test]
fn an_address_typed_after_the_erasure_can_be_erased() {
    let store = shop_with_joe();
    log_in_with_typo(&store, "other.joe.roe@example.com");
    store.run_ok(&["customer", "remove", "77", "--yes"]);
    erase(&store, &["--customer", "77"]);
    assert_eq!(count_events_with(&store, ADDRESS), 1, "only the longer one");
    for typed in ["JOE.ROE@example.com", "joe.roe@EXAMPLE.com"] {
        log_in_with_typo(&store, typed);
    }
    store.run_failing(
        &["consent", "grant", "joe.roe@example.com"],
        "customer_not_found",
        3,
    );
    let erased = erase(&store, &["--email", "joe.roe@example.COM"]);
    assert_eq!(
        (&erased["events"], &erased["customer_id"]),
        (&3.into(), &Value::Null)
    );
    assert_eq!(count_events_with(&store, ADDRESS), 1);
    assert_eq!(count_events_with(&store, "other.joe.roe@example.com"), 1);
    store.run_ok(&["log", "verify"]);
    // Erasing the address needs no second erasure for its own event.
    let again = erase(&store, &["--email", ADDRESS]);
    assert_eq!(
        (&again["events"], &again["changed"]),
        (&0.into(), &false.into())
    );
    let log = store.log_events();
    let records = log.iter().filter(|event| event["action"] == "erase");
    let records: Vec<_> = records
        .map(|event| &event["details"]["addresses"])
        .collect();
    assert_eq!(records, [&Value::from(1), &Value::Null]);
}

#[test]
fn an_erased_address_is_not_left_in_any_file() {
    let store = shop_with_joe();
    store.run_ok(&["customer", "remove", "77", "--yes"]);
    erase(&store, &["--customer", "77"]);
    log_in_with_typo(&store, ADDRESS);
    store.clock.set("2027-01-05T12:00:00Z");
    store.run_ok(&["log", "archive"]);
    assert!(count_events_with(&store, ADDRESS) > 0);
    let erased = erase(&store, &["--customer", "77", "--email", ADDRESS]);
    assert_eq!(erased["customer_id"], "77");
    assert!(
        !erased["archives"].as_array().expect("names").is_empty(),
        "{erased}"
    );
    assert_eq!(count_events_with(&store, ADDRESS), 0);
    assert!(!database_contains(&store, ADDRESS));
    store.run_ok(&["log", "verify"]);
}

/// Addresses that no later event names as the customer's: one from a change of
/// the customer, and one from an order.
#[test]
fn all_known_addresses_of_a_customer_are_erased() {
    let store = shop_with_joe();
    log_in_with_typo(&store, "joe.new@example.com");
    log_in_with_typo(&store, "joe.order@example.com");
    store.run_ok(&["customer", "edit", "77", "--email", "Joe.New@example.com"]);
    let joe = rest_customer(77, ADDRESS, ("Joe", "Roe"), (1, 1), 2);
    store.import("customers", &rest_page(&[joe]));
    store.import(
        "orders",
        &rest_page(&[serde_json::json!({
            "entity_id": 990, "increment_id": "990000001", "store_id": 1,
            "created_at": "2026-06-01 10:00:00", "customer_is_guest": 0,
            "customer_id": 77, "customer_email": "joe.order@example.com"
        })]),
    );
    store.run_ok(&["customer", "remove", "77", "--yes"]);
    erase(&store, &["--customer", "77"]);
    for address in [ADDRESS, "joe.new@example.com", "joe.order@example.com"] {
        assert_eq!(count_events_with(&store, address), 0, "{address}");
    }
    store.run_ok(&["log", "verify"]);
}

#[test]
fn an_address_of_an_existing_customer_is_not_erased() {
    let store = shop_with_joe();
    let before = store.log_events().len();
    for given in [["--email", "JOE.ROE@example.com"], ["--customer", ADDRESS]] {
        let args = [&["log", "erase", "--yes"][..], &given].concat();
        store.run_failing(&args, "customer_present", 5);
    }
    // The refusals are recorded without the address.
    assert_eq!(store.log_events().len(), before + 2);
    assert_eq!(store.log_events()[0]["details"]["addresses"], 1);
    assert!(
        !store.log_events()[0]
            .to_string()
            .to_lowercase()
            .contains("joe.roe")
    );
    store.run_failing(
        &["log", "erase", "--email", "nobody@example.com"],
        "confirmation_required",
        2,
    );
    store.run_failing(
        &["log", "erase", "--email", "nobody", "--yes"],
        "invalid_value",
        2,
    );
    assert_eq!(store.run(&["log", "erase", "--yes"]).code, 2);
    // Another customer's events that mention it are kept.
    store.run_ok(&["login", "1", "--reason", "asked by gone@example.com"]);
    let kept = erase(&store, &["--email", "gone@example.com"]);
    assert_eq!((&kept["events"], &kept["kept"]), (&0.into(), &1.into()));
}

#[test]
fn an_address_from_stdin_is_not_in_the_process_list() {
    let store = TestStore::with_sample_data();
    log_in_with_typo(&store, ADDRESS);
    let ran = store
        .run_with(
            format!("{ADDRESS}\n").as_bytes(),
            &["log", "erase", "--email", "-", "--yes", "-o", "json"],
        )
        .assert_succeeded();
    let erased: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(erased["events"], 1);
    assert_eq!(count_events_with(&store, ADDRESS), 0);
}
