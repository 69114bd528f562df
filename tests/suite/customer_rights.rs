//! `Magento_Customer::actions` alone grants no consent, and reading the
//! customer directory does not go unnoticed.

use serde_json::{Value, json};

use crate::support::{TestStore, rest_customer, rest_page};

const IMPORT: &str = "Magento_ImportExport::import";
const ACTIONS: &str = "Magento_Customer::actions";
const OPT_IN: &str = "allow_shopping_assistance";

/// A store with an accomplice `kim@example.com`, a `local:N` who really
/// consented.
fn store_with_accomplice() -> TestStore {
    let store = TestStore::with_sample_data();
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        "kim@example.com",
        "--first-name",
        "Kim",
        "--website",
        "base",
    ]);
    store.run_ok(&["consent", "grant", "kim@example.com"]);
    store
}

fn run(store: &TestStore, token: &str, args: &[&str]) -> Value {
    let args = [args, &["-o", "json"]].concat();
    let ran = store.run_as(token, &args).assert_succeeded();
    serde_json::from_str(&ran.stdout).expect("JSON")
}

fn import(store: &TestStore, token: &str, items: &[Value]) -> Value {
    let file = store.home().join("customers.json");
    std::fs::write(&file, rest_page(items).to_string()).expect("a file");
    run(
        store,
        token,
        &["import", "customers", &file.display().to_string()],
    )
}

fn consent(store: &TestStore, who: &str) -> Value {
    store.run_json(&["customer", "show", who])["consent"].clone()
}

#[test]
fn the_edit_right_alone_moves_no_consent_to_a_merchant_id() {
    let store = store_with_accomplice();
    let clerk = store.create_user_with_resources("clerk", &[ACTIONS]);
    run(&store, &clerk, &["customer", "remove", "2", "--yes"]);
    let edited = run(
        &store,
        &clerk,
        &[
            "customer",
            "edit",
            "kim@example.com",
            "--id",
            "2",
            "--email",
            "bob@example.com",
        ],
    );
    assert_eq!(
        (&edited["id"], &edited["consent"]),
        (&json!("2"), &json!("withheld")),
        "{edited}"
    );
    store.run_failing(&["login", "2"], "consent_withheld", 5);
    let log = store.log_events();
    let consent_event = log.iter().find(|event| event["action_group"] == "consent");
    let consent_event = consent_event.expect("an event of its own");
    assert_eq!(
        (
            &consent_event["action"],
            &consent_event["customer_id"],
            &consent_event["admin"]
        ),
        (&json!("revoke"), &json!("2"), &json!("clerk"))
    );
    assert_eq!(consent_event["details"]["cause"], "identity_changed");
    store.run_ok(&["log", "verify"]);
    store.run_ok(&["consent", "grant", "2"]);
    store.run_ok(&["login", "2"]);
}

#[test]
fn the_consent_right_moves_consent_to_a_merchant_id() {
    let store = store_with_accomplice();
    let scribe = store.create_user_with_resources("scribe", &[ACTIONS, OPT_IN]);
    let edit = ["customer", "edit", "kim@example.com", "--id", "50"];
    assert_eq!(run(&store, &scribe, &edit)["consent"], "granted");
    store.run_ok(&["login", "50"]);
}

#[test]
fn changing_a_local_customers_address_clears_the_consent() {
    let store = store_with_accomplice();
    let clerk = store.create_user_with_resources("clerk", &[ACTIONS]);
    // The merchant's file would assign the merchant's id to this address, with
    // the consent.
    let edit = [
        "customer",
        "edit",
        "kim@example.com",
        "--email",
        "vic@example.com",
    ];
    assert_eq!(run(&store, &clerk, &edit)["consent"], "withheld");
    // A merchant's customer is identified by the id.
    let edit = ["customer", "edit", "1", "--email", "ada@new.example"];
    assert_eq!(run(&store, &clerk, &edit)["consent"], "granted");
    let edited = &store.log_events()[0]["details"];
    assert_eq!(edited["before"], json!({"email": "ada@example.com"}));
}

#[test]
fn an_import_without_the_consent_right_moves_no_consent() {
    let store = store_with_accomplice();
    let clerk = store.create_user_with_resources("clerk", &[IMPORT, ACTIONS]);
    let kim = rest_customer(90, "kim@example.com", ("Kim", ""), (1, 1), 0);
    let answer = import(&store, &clerk, &[kim]);
    assert_eq!(
        (&answer["renumbered"], &answer["left_out"]["consents"]),
        (&json!(1), &json!(1)),
        "{answer}"
    );
    assert_eq!(consent(&store, "90"), "withheld");
    let victim = rest_customer(90, "vic@example.com", ("Vic", ""), (1, 1), 0);
    import(&store, &clerk, &[victim]);
    store.run_failing(&["login", "90"], "consent_withheld", 5);
    store.run_ok(&["log", "verify"]);
}

#[test]
fn an_import_records_address_changes_of_consenting_customers() {
    let store = store_with_accomplice();
    let nightly = store.create_user_with_resources("nightly", &[IMPORT, ACTIONS, OPT_IN]);
    let kim = rest_customer(90, "kim@example.com", ("Kim", ""), (1, 1), 0);
    import(&store, &nightly, &[kim]);
    assert_eq!(consent(&store, "90"), "granted");
    let kim = rest_customer(90, "kim@new.example", ("Kim", ""), (1, 1), 0);
    import(&store, &nightly, &[kim]);
    assert_eq!(consent(&store, "90"), "granted");
    let log = store.log_events();
    let changed = log
        .iter()
        .find(|event| event["action_group"] == "customers");
    let details = &changed.expect("an event")["details"];
    assert_eq!(details["before"], json!({"email": "kim@example.com"}));
    assert_eq!(details["after"], json!({"email": "kim@new.example"}));
    store.run_ok(&["login", "90"]);
}

/// The counts of recorded bulk reads, newest first.
fn recorded_counts(store: &TestStore) -> Vec<Value> {
    let mut events = store.log_events();
    events.retain(|event| event["action_group"] == "customers" && event["action"] == "list");
    let count = |event: &Value| event["details"]["count"].clone();
    events.iter().map(count).collect()
}

#[test]
fn customers_shown_by_commands_without_effect_are_counted() {
    let store = TestStore::with_sample_data();
    let many: Vec<Value> = (1000..1200)
        .map(|id| rest_customer(id, &format!("c{id}@example.com"), ("C", "D"), (1, 1), 2))
        .collect();
    store.import("customers", &rest_page(&many));
    let ids: Vec<String> = (1000..1200).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let grant = |count: usize| [&["consent", "grant"], &ids[..count]].concat();

    let scribe = store.create_user_with_resources("scribe", &[OPT_IN]);
    run(&store, &scribe, &grant(100));
    assert_eq!(
        recorded_counts(&store),
        [0; 0],
        "a hundred are nobody's business"
    );
    run(&store, &scribe, &grant(1));
    assert_eq!(recorded_counts(&store), [101]);

    let clerk = store.create_user_with_resources("clerk", &[ACTIONS, OPT_IN]);
    run(&store, &clerk, &grant(97));
    let edit = ["customer", "edit", "1000", "--active", "yes"];
    assert_eq!(run(&store, &clerk, &edit)["changed"], false);
    store
        .run_as(&clerk, &["customer", "remove", "1000", "-o", "json"])
        .assert_failed("confirmation_required", 2);
    let add = [
        "customer",
        "add",
        "--id",
        "1000",
        "--email",
        "x@example.com",
        "--website",
        "base",
        "-o",
        "json",
    ];
    store
        .run_as(&clerk, &add)
        .assert_failed("already_exists", 7);
    assert_eq!(recorded_counts(&store), [101]);
    run(&store, &clerk, &edit);
    assert_eq!(recorded_counts(&store), [101, 101]);
}

#[test]
fn other_users_sessions_and_requests_are_counted_and_scoped() {
    let store = TestStore::with_sample_data();
    let bea = store.create_agent("bea");
    run(&store, &bea, &["login", "1"]);
    let overseer = store.create_user_with_resources("overseer", &["Lac::sessions"]);
    for _ in 0..100 {
        let rows = run(&store, &overseer, &["session", "list"]);
        assert_eq!(rows[0]["customer_email"], "ada@example.com");
    }
    assert_eq!(recorded_counts(&store), [0; 0]);
    run(&store, &overseer, &["session", "list"]);
    assert_eq!(recorded_counts(&store), [101]);

    // The caller's own are not counted, but are limited by the role scope.
    store.run_ok(&["role", "scope", "beas", "website:eu"]);
    let own = run(&store, &bea, &["session", "list"]);
    assert_eq!(
        (&own[0]["customer_id"], &own[0]["customer_email"]),
        (&json!("1"), &Value::Null)
    );
}
