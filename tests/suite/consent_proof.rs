//! A login relies on what the log says about a consent, whatever the customer's
//! row says.

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{TestStore, json_str};

fn forge(store: &TestStore, sql: &str) {
    let database = Connection::open(store.dir().join("lac.db")).expect("a database");
    database.execute_batch(sql).expect("changed");
    assert!(database.changes() > 0, "{sql}");
}

/// Customer 1 consented, 2 consented and then refused, 3 consented for a
/// limited time, 4 has no consent record.
fn shop() -> TestStore {
    let store = TestStore::with_sample_data();
    let [email, id] = ["four@example.com", "4444"];
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        email,
        "--id",
        id,
        "--website",
        "base",
    ]);
    store.run_ok(&["consent", "grant", "2"]);
    store.run_ok(&["consent", "revoke", "2"]);
    store.run_ok(&["consent", "revoke", "3"]);
    store.run_ok(&["consent", "grant", "3", "--for", "10d"]);
    store
}

fn assert_detected(store: &TestStore, sql: &str, customer: &str) {
    let verify = store.run(&["log", "verify", "-o", "json"]);
    assert_eq!(verify.code, 6, "{sql}: {verify:#?}");
    let reported = format!("the consent of customer {customer} is not what the log says");
    assert!(verify.stderr.contains(&reported), "{sql}: {verify:#?}");
    let doctor = store.run(&["doctor"]);
    assert_eq!(doctor.code, 6, "{sql}: {doctor:#?}");
    assert!(doctor.stdout.contains(&reported), "{sql}: {doctor:#?}");
}

/// What doctor reports about consents.
fn doctor_says(store: &TestStore) -> String {
    let doctor = store.run(&["doctor", "-o", "json"]);
    assert_eq!(doctor.code, 0, "{doctor:#?}");
    let findings: Vec<Value> = serde_json::from_str(&doctor.stdout).expect("findings");
    let of_consents = |finding: &&Value| finding["check"] == "consents";
    let found = findings.iter().find(of_consents).expect("a finding");
    json_str(&found["message"]).to_owned()
}

const CHANGES: [(&str, &str); 9] = [
    ("UPDATE customer SET consent_granted = 1 WHERE id = 2", "2"),
    (
        "UPDATE customer SET consent_granted = 1, consent_seq = consent_seq - 1 WHERE id = 2",
        "2",
    ),
    (
        "UPDATE customer SET consent_granted = 1, consent_seq = NULL WHERE id = 2",
        "2",
    ),
    (
        "UPDATE customer SET consent_granted = 1, consent_seq = (SELECT consent_seq FROM customer \
         WHERE id = 1) WHERE id = 2",
        "2",
    ),
    (
        "UPDATE customer SET consent_granted = 1, consent_seq = 1 WHERE id = 4444",
        "4444",
    ),
    (
        "UPDATE customer SET consent_until = consent_until + 1 WHERE id = 3",
        "3",
    ),
    ("UPDATE customer SET consent_until = NULL WHERE id = 3", "3"),
    ("UPDATE customer SET consent_granted = 0 WHERE id = 1", "1"),
    (
        "UPDATE customer SET consent_granted = 0, consent_seq = NULL, consent_at = NULL \
         WHERE id = 2",
        "2",
    ),
];

#[test]
fn a_consent_forged_in_its_row_is_detected_and_allows_no_login() {
    let sound = shop();
    sound.run_ok(&["log", "verify"]);
    let reported = doctor_says(&sound);
    assert!(reported.starts_with("8 compared"), "{reported}");
    sound.login(&["1"]);
    sound.login(&["3"]);
    sound.run_ok(&["log", "verify"]);
    for (sql, customer) in CHANGES {
        let store = sound.copy_store();
        forge(&store, sql);
        assert_detected(&store, sql, customer);
        let before = store.run_json(&["session", "list"]);
        if sql.contains("consent_granted = 0") {
            store.run_failing(&["login", customer], "consent_withheld", 5);
        } else {
            let error = store.run_failing(&["login", customer], "state_tampered", 6);
            let message = json_str(&error["message"]);
            assert!(
                message.contains(&format!("customer {customer}")),
                "{sql}: {message}"
            );
            store.run_failing(&["login", customer, "--check"], "state_tampered", 6);
        }
        assert_eq!(store.run_json(&["session", "list"]), before, "{sql}");
        assert_detected(&store, sql, customer);
    }
}

/// The row is changed between the login and its redemption.
#[test]
fn redeeming_checks_the_consent_again() {
    let store = shop();
    let url = store.login_url(&["3"]);
    forge(
        &store,
        "UPDATE customer SET consent_until = NULL WHERE id = 3",
    );
    let redeem = ["redeem", &url, "--audience", "https://eu.shop.example.com"];
    store.run_failing(&redeem, "state_tampered", 6);
    let sessions = store.run_json(&["session", "list"]);
    assert!(sessions[0]["redeemed_at"].is_null(), "{sessions}");
}

/// In opt-out mode, removing a refusal from the row amounts to consent.
#[test]
fn a_deleted_refusal_is_detected() {
    let store = shop();
    store.run_ok(&["config", "set", "lac/consent/mode", "opt-out"]);
    store.login(&["4444"]);
    let (sql, customer) = CHANGES[8];
    forge(&store, sql);
    store.run_failing(&["login", customer], "state_tampered", 6);
    assert_detected(&store, sql, customer);
}

/// A new consent from an authorized user is valid and recorded.
#[test]
fn a_new_consent_event_repairs_a_forged_row() {
    let store = shop();
    forge(&store, CHANGES[0].0);
    store.run_failing(&["login", "2"], "state_tampered", 6);
    store.run_ok(&["consent", "revoke", "2"]);
    store.run_failing(&["login", "2"], "consent_withheld", 5);
    store.run_ok(&["log", "verify"]);
    store.run_ok(&["consent", "grant", "2"]);
    store.login(&["2"]);
    store.run_ok(&["log", "verify"]);
}

/// Archived grants still allow logins, which need their archives.
#[test]
fn an_archived_grant_is_read_from_its_archive() {
    let store = shop();
    store.clock.set("2026-10-06T12:00:00.000000Z");
    store.run_ok(&["config", "set", "system/rotation/lifetime", "1"]);
    store.clock.set("2027-01-10T12:00:00.000000Z");
    let archived: Value = store.run_json(&["log", "archive"]);
    assert!(
        archived["events"].as_u64().expect("a number") > 5,
        "{archived}"
    );
    store.login(&["1"]);
    store.run_ok(&["log", "verify"]);
    assert_eq!(store.run(&["doctor"]).code, 0);
    forge(
        &store,
        "UPDATE customer SET consent_granted = 1, consent_seq = 1 WHERE id = 4444",
    );
    store.run_failing(&["login", "4444"], "state_tampered", 6);
    assert_detected(&store, "an archived event of another kind", "4444");
    std::fs::rename(store.dir().join("archive"), store.dir().join("away")).expect("away");
    store.run_failing(&["login", "1"], "archive_missing", 8);
}

/// A removed customer's consent is removed with them.
#[test]
fn a_customer_added_again_has_no_consent() {
    let store = shop();
    store.run_ok(&["config", "set", "admin/magento_logging/actions", "config"]);
    store.run_ok(&["config", "set", "lac/consent/mode", "opt-out"]);
    store.run_ok(&["customer", "remove", "2", "--yes"]);
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        "again@example.com",
        "--id",
        "2",
        "--website",
        "base",
    ]);
    store.run_ok(&["log", "verify"]);
    store.login(&["2"]);
    store.run_ok(&["log", "verify"]);
}

/// A customer who consented under a local id and has a merchant id since;
/// another one who consented and was removed.
fn shop_with_former_ids() -> TestStore {
    let store = shop();
    for email in ["renumbered@example.com", "removed@example.com"] {
        store.run_ok(&["customer", "add", "--email", email, "--website", "base"]);
        store.run_ok(&["consent", "grant", email]);
    }
    store.run_ok(&["customer", "edit", "renumbered@example.com", "--id", "7777"]);
    store.run_ok(&["customer", "remove", "removed@example.com", "--yes"]);
    store.login(&["7777"]);
    store.run_ok(&["log", "verify"]);
    let reported = doctor_says(&store);
    assert!(reported.starts_with("9 compared"), "{reported}");
    store
}

/// Assigns the consent of a `local:N` to customer 4444.
fn assign_consent_to_4444(store: &TestStore, local: i64) {
    forge(
        store,
        &format!(
            "INSERT OR REPLACE INTO customer_former (former, customer_id) VALUES ({local}, 4444); \
             UPDATE customer SET consent_granted = 1, consent_seq = (SELECT max(seq) \
             FROM audit_event WHERE customer_id = {local} AND action = 'grant') WHERE id = 4444"
        ),
    );
}

fn assert_former_ids_detected(store: &TestStore) {
    let reported = "former ids of customers are not as event";
    for args in [&["log", "verify"][..], &["doctor"]] {
        let ran = store.run(args);
        assert_eq!(ran.code, 6, "{ran:#?}");
        let shown = ran.stdout.clone() + &ran.stderr;
        assert!(shown.contains(reported), "{ran:#?}");
    }
}

/// The log decides who a consent given under `local:N` belongs to.
#[test]
fn a_removed_customers_consent_is_not_reused() {
    let store = shop_with_former_ids();
    assign_consent_to_4444(&store, -2);
    store.run_failing(&["login", "4444"], "state_tampered", 6);
    assert_former_ids_detected(&store);
}

#[test]
fn a_former_id_moved_to_another_customer_is_detected() {
    let store = shop_with_former_ids();
    assign_consent_to_4444(&store, -1);
    assert_former_ids_detected(&store);
    // The next customer that gets an id does not repair it.
    let email = "next@example.com";
    store.run_ok(&["customer", "add", "--email", email, "--website", "base"]);
    let renumber = ["customer", "edit", email, "--id", "8888"];
    store.run_failing(&renumber, "state_tampered", 6);
    assert_former_ids_detected(&store);
}

/// A row that was changed for one login and restored afterwards: the login's
/// own event still reveals it.
#[test]
fn a_login_on_another_customers_consent_stays_detectable() {
    // The refusal of customer 2 is hidden from the index by customer.
    let hides_the_no = (
        "2",
        "UPDATE audit_event SET customer_id = NULL WHERE seq = NO; \
         UPDATE customer SET consent_granted = 1, consent_seq = YES WHERE id = 2",
        "UPDATE audit_event SET customer_id = 2 WHERE seq = NO; \
         UPDATE customer SET consent_granted = 0, consent_seq = NO WHERE id = 2",
    );
    // The consent of customer 3 is assigned to customer 4444.
    let lends_the_yes = (
        "4444",
        "UPDATE audit_event SET customer_id = 4444, \
         record = replace(record, '\"customer_id\":\"3\"', '\"customer_id\":\"4444\"') \
         WHERE seq = THEIRS; \
         UPDATE customer SET consent_granted = 1, consent_seq = THEIRS, consent_until = \
         (SELECT consent_until FROM customer WHERE id = 3) WHERE id = 4444",
        "UPDATE audit_event SET customer_id = 3, \
         record = replace(record, '\"customer_id\":\"4444\"', '\"customer_id\":\"3\"') \
         WHERE seq = THEIRS; \
         UPDATE customer SET consent_granted = 0, consent_seq = NULL, consent_until = NULL \
         WHERE id = 4444",
    );
    let sound = shop();
    let seq_of = |action: &str, customer: &str| {
        let events = sound.run_json(&["log", "list", "--action", action, "--customer", customer]);
        events[0]["seq"].to_string()
    };
    let (yes, no, theirs) = (
        seq_of("grant", "2"),
        seq_of("revoke", "2"),
        seq_of("grant", "3"),
    );
    for (customer, change, undo) in [hides_the_no, lends_the_yes] {
        let store = sound.copy_store();
        let filled = |sql: &str| {
            let sql = sql.replace("THEIRS", &theirs);
            sql.replace("YES", &yes).replace("NO;", &format!("{no};"))
        };
        let filled = |sql: &str| filled(sql).replace("= NO ", &format!("= {no} "));
        forge(&store, &filled(change));
        let login = store.run(&["login", customer, "-o", "json"]);
        forge(&store, &filled(undo));
        let verify = store.run(&["log", "verify"]);
        if login.code == 0 {
            assert_eq!(verify.code, 6, "{change}: {verify:#?}");
            let shown = verify.stdout + &verify.stderr;
            assert!(shown.contains("it stood on event"), "{change}: {shown}");
        } else {
            // The login is refused in the first place.
            assert_eq!((login.code, verify.code), (6, 0), "{change}: {login:#?}");
        }
    }
}
