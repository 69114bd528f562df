//! A merchant id that passes from one customer to another: the first one's
//! consent does not pass with it, and the second one's earlier consent is kept.

use rusqlite::Connection;

use crate::support::{TestStore, json_str};

const BASE: [&str; 2] = ["--website", "base"];

fn add(store: &TestStore, email: &str, id: Option<&str>) {
    let mut args = vec!["customer", "add", "--email", email];
    args.extend(BASE);
    args.extend(id.map(|id| ["--id", id]).into_iter().flatten());
    store.run_ok(&args);
}

fn forge(store: &TestStore, sql: &str) {
    let database = Connection::open(store.dir().join("lac.db")).expect("a database");
    database.execute_batch(sql).expect("changed");
    assert!(database.changes() > 0, "{sql}");
}

/// Login, verification and `doctor` agree that all is well.
fn assert_all_is_well(store: &TestStore) {
    store.run_ok(&["log", "verify"]);
    let doctor = store.run(&["doctor"]);
    assert_eq!(doctor.code, 0, "{doctor:#?}");
    store.login(&["12"]);
    store.run_ok(&["log", "verify"]);
}

/// All of them detect it.
fn assert_detected(store: &TestStore) {
    store.run_failing(&["login", "12"], "state_tampered", 6);
    for args in [&["log", "verify"][..], &["doctor"]] {
        let ran = store.run(args);
        assert_eq!(ran.code, 6, "{ran:#?}");
        let shown = ran.stdout + &ran.stderr;
        assert!(shown.contains("the consent of customer 12"), "{shown}");
    }
}

#[test]
fn consent_granted_under_a_local_id_survives_an_id_reuse() {
    let store = TestStore::with_sample_data();
    add(&store, "old@example.com", Some("12"));
    add(&store, "new@example.com", None);
    store.run_ok(&["consent", "grant", "local:1"]);
    store.run_ok(&["customer", "remove", "12", "--yes"]);
    store.run_ok(&["customer", "edit", "local:1", "--id", "12"]);
    assert_all_is_well(&store);
}

#[test]
fn an_import_may_assign_a_reused_id() {
    let store = TestStore::with_sample_data();
    add(&store, "old@example.com", Some("12"));
    add(&store, "new@example.com", None);
    store.run_ok(&["consent", "grant", "local:1"]);
    store.run_ok(&["customer", "remove", "12", "--yes"]);
    let file = store.dir().join("customers.json");
    let item = r#"[{"id":12,"email":"new@example.com","firstname":"N","lastname":"N","website_id":1,"store_id":1}]"#;
    std::fs::write(&file, item).expect("written");
    let imported = store.run_json(&["import", "customers", file.to_str().expect("a path")]);
    assert_eq!(imported["renumbered"], 1, "{imported}");
    assert_all_is_well(&store);
}

#[test]
fn an_id_can_be_assigned_to_two_customers_in_turn() {
    let store = TestStore::with_sample_data();
    add(&store, "a@example.com", None);
    add(&store, "b@example.com", None);
    store.run_ok(&["consent", "grant", "local:1", "local:2"]);
    store.run_ok(&["consent", "revoke", "local:1"]);
    store.run_ok(&["customer", "edit", "local:1", "--id", "12"]);
    store.run_ok(&["customer", "remove", "12", "--yes"]);
    store.run_ok(&["customer", "edit", "local:2", "--id", "12"]);
    assert_all_is_well(&store);
}

/// Whether or not customers are logged: everything that a consent depends on is
/// always recorded.
#[test]
fn a_removed_customers_consent_does_not_pass_to_the_next_one() {
    for logs in [None, Some("config")] {
        let store = TestStore::with_sample_data();
        if let Some(groups) = logs {
            store.run_ok(&["config", "set", "admin/magento_logging/actions", groups]);
        }
        add(&store, "a@example.com", None);
        store.run_ok(&["consent", "grant", "local:1"]);
        store.run_ok(&["customer", "edit", "local:1", "--id", "12"]);
        let granted = store.run_json(&["log", "list", "--action", "grant"]);
        let seq = &granted[0]["seq"];
        store.login(&["12"]);
        store.run_ok(&["customer", "remove", "12", "--yes"]);
        add(&store, "another@example.com", Some("12"));
        store.run_ok(&["log", "verify"]);
        let error = store.run_failing(&["login", "12"], "consent_withheld", 5);
        assert!(json_str(&error["message"]).contains("12"), "{error}");
        forge(
            &store,
            &format!("UPDATE customer SET consent_granted = 1, consent_seq = {seq} WHERE id = 12"),
        );
        assert_detected(&store);
    }
}

/// A former id is a `local:N` that no customer has, and whose event names this
/// very customer.
#[test]
fn a_former_id_held_by_another_customer_is_detected() {
    let store = TestStore::with_sample_data();
    add(&store, "a@example.com", None);
    add(&store, "b@example.com", None);
    add(&store, "c@example.com", Some("12"));
    store.run_ok(&["consent", "grant", "3"]);
    store.run_ok(&["consent", "grant", "local:1", "local:2"]);
    store.run_ok(&["customer", "edit", "local:1", "--id", "77"]);
    store.login(&["77"]);
    store.run_ok(&["log", "verify"]);
    for former in [3, -1, -2] {
        let store = store.copy_store();
        forge(
            &store,
            &format!(
                "INSERT OR REPLACE INTO customer_former (former, customer_id) \
                 VALUES ({former}, 12); \
                 UPDATE customer SET consent_granted = 1, consent_seq = (SELECT max(seq) \
                 FROM audit_event WHERE customer_id = {former} AND action = 'grant') \
                 WHERE id = 12"
            ),
        );
        store.run_failing(&["login", "12", "--check"], "state_tampered", 6);
        store.run_failing(&["login", "12"], "state_tampered", 6);
        assert_eq!(store.run(&["log", "verify"]).code, 6, "{former}");
        assert_eq!(store.run(&["doctor"]).code, 6, "{former}");
    }
}
