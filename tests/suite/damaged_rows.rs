//! Unreadable rows hide no others, permit nothing, and are reported.

use rusqlite::Connection;
use serde_json::Value;

use crate::approvals::ApprovalFixture;
use crate::support::{StorefrontFixture, TestStore, json_str};

/// Longer than any field may be.
const LONG: &str = "replace(hex(zeroblob(524288)), '00', 'xx')";

fn damage_row(store: &TestStore, sql: &str) {
    let database = Connection::open(store.dir().join("lac.db")).expect("a database");
    let sql = sql.replace("LONG", LONG);
    database
        .execute_batch("PRAGMA ignore_check_constraints=ON; PRAGMA foreign_keys=OFF")
        .expect("no checks");
    database.execute_batch(&sql).expect("changed");
    assert!(database.changes() > 0, "{sql}");
}

/// What `doctor` reports about rows; it is not a failure.
fn doctor_finding(store: &TestStore) -> String {
    let found = store.run_json(&["doctor"]);
    let all = found.as_array().expect("a list");
    let found = all.iter().find(|f| f["check"] == "rows");
    let found = found.expect("a finding about rows");
    assert_eq!(found["status"], "warning", "{found}");
    json_str(&found["message"]).to_owned()
}

/// `log verify` succeeds, because the log is unchanged.
fn verify_notes(store: &TestStore) -> Vec<Value> {
    let verified = store.run_json(&["log", "verify"]);
    verified["notes"].as_array().cloned().unwrap_or_default()
}

fn ids(list: &Value) -> Vec<&str> {
    let rows = list.as_array().expect("a list").iter();
    rows.map(|row| json_str(&row["id"])).collect()
}

/// Changes that make a session row unreadable, column by column.
const OF_SESSIONS: [&str; 8] = [
    "id = 'no id, for it has blanks'",
    "id = LONG",
    "admin = LONG",
    "admin = x'ff'",
    "customer_id = 0",
    "website_id = 'one'",
    "expires_at = 'soon'",
    "key_id = LONG",
];

#[test]
fn a_damaged_session_blocks_nobody_else() {
    let whole = StorefrontFixture::new();
    let [amy, ben] = ["amy", "ben"].map(|name| whole.store.create_agent(name));
    let token = whole.issue_link(&amy, &["1"]);
    let sound = whole.issue_link(&ben, &["3"]);
    let sound = whole.redeem(&sound, "https://eu.shop.example.com");
    for change in OF_SESSIONS {
        let store = whole.store.copy_store();
        damage_row(
            &store,
            &format!("UPDATE session SET {change} WHERE admin = 'amy'"),
        );
        assert_eq!(
            ids(&store.run_json(&["session", "list"])),
            [sound.as_str()],
            "{change}"
        );
        let args = ["redeem", &token, "--audience", "https://shop.example.com"];
        let refused = store.run_as(&whole.storefront, &args);
        assert_ne!(refused.code, 0, "{change}: it permits nothing");
        assert!(
            doctor_finding(&store).starts_with("1 row is damaged: session "),
            "{change}"
        );
        let notes = verify_notes(&store);
        assert!(
            notes.len() == 1 && json_str(&notes[0]).starts_with("session "),
            "{notes:?}"
        );
        // Another agent's login, the customer's removal, erasing, and the
        // clock.
        let agent = store.create_agent("cy");
        store.run_as(&agent, &["login", "4"]).assert_succeeded();
        store.run_ok(&["customer", "remove", "1", "--yes"]);
        store.run_ok(&["log", "erase", "--customer", "1", "--yes"]);
        store.clock.set("2026-10-06T12:00:00.000000Z");
        let agent = store.create_agent("di");
        store.run_as(&agent, &["login", "4"]).assert_succeeded();
        let list = store.run_json(&["session", "list"]);
        let old = list.as_array().expect("a list").iter();
        let old = old
            .clone()
            .find(|row| json_str(&row["id"]) == sound)
            .expect("listed");
        assert_eq!(old["state"], "expired", "{change}");
    }
}

/// A ticket permits nothing, so the row is as good as before without it.
#[test]
fn an_invalid_ticket_in_a_session_row_is_ignored() {
    let whole = StorefrontFixture::new();
    let amy = whole.store.create_agent("amy");
    let token = whole.issue_link(&amy, &["1", "--ticket", "ZD-1"]);
    for change in [
        "ticket = LONG",
        "ticket = 'a b'",
        "ticket = x'00ff'",
        "document_kind = 'coupon'",
    ] {
        let store = whole.store.copy_store();
        damage_row(&store, &format!("UPDATE session SET {change}"));
        let list = store.run_json(&["session", "list"]);
        assert_eq!(list.as_array().map(Vec::len), Some(1), "{change}");
        if change.starts_with("ticket") {
            assert_eq!(list[0]["ticket"], Value::Null, "{change}");
        }
        let message = doctor_finding(&store);
        assert!(
            message.starts_with("1 row is damaged: session "),
            "{message}"
        );
        assert!(message.len() < 1000, "{message}");
        let args = ["redeem", &token, "--audience", "https://shop.example.com"];
        store.run_as(&whole.storefront, &args).assert_succeeded();
        store.run_ok(&["customer", "remove", "1", "--yes"]);
        let list = store.run_json(&["session", "list"]);
        assert_eq!(list[0]["state"], "ended", "{change}");
    }
}

const OF_REQUESTS: [&str; 7] = [
    "id = 'no id'",
    "admin = LONG",
    "store_view = LONG",
    "causes = 'whim'",
    "document_kind = 'coupon', document_number = '1'",
    "document_number = '100000001'",
    "decided_by = LONG",
];

#[test]
fn a_damaged_request_approves_nothing_and_hides_no_other() {
    let team = ApprovalFixture::new();
    let first = team.request_id(&["1"]);
    team.approve(&first);
    let second = team.request_id(&["3"]);
    for change in OF_REQUESTS {
        let store = team.store.copy_store();
        damage_row(
            &store,
            &format!("UPDATE login_request SET {change} WHERE id = '{first}'"),
        );
        assert_eq!(
            ids(&store.run_json(&["request", "list"])),
            [second.as_str()],
            "{change}"
        );
        let warnings = store.run(&["request", "list"]).assert_succeeded().stderr;
        assert!(warnings.contains("1 damaged row is left out"), "{warnings}");
        let refused = store.run_as(&team.amy, &["login", "1", "-o", "json"]);
        refused.assert_failed("approval_required", 5);
        assert!(
            doctor_finding(&store).starts_with("1 row is damaged: login_request "),
            "{change}"
        );
        store.run_ok(&["customer", "remove", "1", "--yes"]);
        store.run_ok(&["log", "erase", "--customer", "1", "--yes"]);
        store.run_ok(&["customer", "remove", "3", "--yes"]);
        let state = store.run_json(&["request", "show", &second]);
        assert_eq!(state["state"], "cancelled", "{change}");
    }
    for change in ["ticket = LONG", "reason = LONG", "reason = x'ff'"] {
        let store = team.store.copy_store();
        damage_row(&store, &format!("UPDATE login_request SET {change}"));
        assert_eq!(
            ids(&store.run_json(&["request", "list"])).len(),
            2,
            "{change}"
        );
        assert!(
            doctor_finding(&store).starts_with("2 rows are damaged: "),
            "{change}"
        );
        store.run_ok(&["customer", "remove", "1", "--yes"]);
        store.run_ok(&["log", "erase", "--customer", "1", "--yes"]);
    }
}

#[test]
fn damaged_users_roles_and_tokens_permit_nothing() {
    let store = TestStore::with_sample_data();
    let amy = store.create_agent("amy");
    let ben = store.create_agent("ben");
    for (change, rows) in [
        (
            "UPDATE admin_user SET created_at = 'once' WHERE name = 'amy'",
            "admin_user ",
        ),
        (
            "UPDATE admin_user SET enabled = 'yes' WHERE name = 'amy'",
            "admin_user ",
        ),
        (
            "UPDATE role SET access = 'much' WHERE name = 'amys'",
            "role ",
        ),
        (
            "UPDATE access_token SET expires_at = 'never' WHERE id = 1",
            "access_token ",
        ),
        (
            "UPDATE access_token SET storefront_id = 1 WHERE id = 1",
            "access_token ",
        ),
    ] {
        let store = store.copy_store();
        damage_row(&store, change);
        let refused = store.run_as(&amy, &["whoami"]);
        assert_ne!(refused.code, 0, "{change}");
        store.run_as(&ben, &["whoami"]).assert_succeeded();
        for args in [
            &["user", "list"][..],
            &["role", "list"],
            &["user", "token", "list"],
            &["login", "1"],
        ] {
            store.run(args).assert_succeeded();
        }
        // It is also tampering with the state, which is a failure of its own.
        let found = store.run(&["doctor", "-o", "json"]).stdout;
        let found: Value = serde_json::from_str(&found).expect("JSON");
        let all = found.as_array().expect("a list").iter();
        let found = all.clone().find(|f| f["check"] == "rows").expect("named");
        let message = json_str(&found["message"]);
        assert!(
            message.starts_with(&format!("1 row is damaged: {rows}")),
            "{message}"
        );
    }
    // Unreadable rows are not an empty table: the store cannot be founded
    // again.
    damage_row(&store, "UPDATE admin_user SET created_at = 'once'");
    store
        .run(&["user", "list", "-o", "json"])
        .assert_failed("row_damaged", 1);
}

#[test]
fn a_damaged_customer_is_skipped_in_lists() {
    let store = TestStore::with_sample_data();
    damage_row(
        &store,
        "UPDATE customer SET first_name = x'ff' WHERE id = 2",
    );
    let all = store
        .run(&["customer", "list", "-o", "json"])
        .assert_succeeded();
    let list: Value = serde_json::from_str(&all.stdout).expect("JSON");
    assert_eq!(list.as_array().map(Vec::len), Some(6));
    assert!(
        store
            .run(&["customer", "list"])
            .stderr
            .contains("1 damaged row is left out")
    );
    // Pages continue after it.
    let mut ids = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..20 {
        let mut args = vec!["customer", "list", "--limit", "1"];
        if let Some(after) = &after {
            args.extend(["--after", after]);
        }
        let ran = store.run(&args).assert_succeeded();
        ids.push(ran.stdout);
        let next = ran
            .stderr
            .lines()
            .find_map(|line| line.split("--after ").nth(1));
        after = next.map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids.len(), 6, "{ids:#?}");
    store
        .run(&["customer", "show", "2", "-o", "json"])
        .assert_failed("row_damaged", 1);
    assert_eq!(
        doctor_finding(&store),
        "1 row is damaged: customer 2 (its first_name is not what is kept there)"
    );
}

/// The customer's name is not needed to record that a session ended.
#[test]
fn sessions_of_a_damaged_customer_still_expire() {
    let whole = StorefrontFixture::new();
    let amy = whole.store.create_agent("amy");
    let token = whole.issue_link(&amy, &["1"]);
    whole.redeem(&token, "https://shop.example.com");
    let store = &whole.store;
    damage_row(store, "UPDATE customer SET last_name = x'ff' WHERE id = 1");
    store.clock.set("2026-10-06T12:00:00.000000Z");
    store.run_as(&amy, &["login", "4"]).assert_succeeded();
    let list = store.run_json(&["session", "list", "--state", "expired"]);
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    store
        .run_as(&amy, &["login", "1", "-o", "json"])
        .assert_failed("row_damaged", 1);
}
