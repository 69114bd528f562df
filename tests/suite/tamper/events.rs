//! Events deleted, duplicated, exchanged, made up and cut off, and their
//! shopper data blanked or restored.

use std::fmt::Write as _;

use super::{Cases, copy, database, forge, prepared};
use crate::support::TestStore;

const ALL: &str = "time, action_group, action, result, admin, admin_id, session_id, customer_id, \
                   website, store_view, document, ticket, record, shopper, shopper_salt, staff, \
                   staff_salt";

/// Every event in the database for kinds with few events; every 16th of the
/// settings that make the log long.
fn some_events() -> Vec<i64> {
    prepared(|prepared| {
        let sql = "SELECT seq FROM audit_event WHERE action <> 'set' OR seq % 16 = 0 \
                   OR seq >= (SELECT max(seq) - 1 FROM audit_event) ORDER BY seq";
        let database = database(&prepared.store);
        let mut statement = database.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.map(|seq| seq.expect("a number")).collect()
    })
}

#[test]
fn deleted_events_are_detected() {
    let mut cases = Cases::default();
    for seq in some_events() {
        cases.assert_forgery_detected(&format!("DELETE FROM audit_event WHERE seq = {seq}"));
    }
    cases.assert_forgery_detected("DELETE FROM audit_event");
    cases.end();
}

#[test]
fn duplicated_and_exchanged_events_are_detected() {
    let mut cases = Cases::default();
    let events = some_events();
    let last = *events.last().expect("events");
    for pair in events.windows(2).step_by(2) {
        let (seq, other) = (pair[0], pair[1]);
        // Again at the end, with a new number.
        cases.assert_forgery_detected(&format!(
            "INSERT INTO audit_event SELECT {last} + 1, {ALL} FROM audit_event WHERE seq = {seq}"
        ));
        // In place of another one.
        cases.assert_forgery_detected(&format!(
            "DELETE FROM audit_event WHERE seq = {other}; \
             INSERT INTO audit_event SELECT {other}, {ALL} FROM audit_event WHERE seq = {seq}"
        ));
        // Everything after it moved up by one.
        cases.assert_forgery_detected(&format!(
            "UPDATE audit_event SET seq = -seq - 1 WHERE seq > {seq}; \
             UPDATE audit_event SET seq = -seq WHERE seq < 0; \
             INSERT INTO audit_event SELECT {seq} + 1, {ALL} FROM audit_event WHERE seq = {seq}"
        ));
        // Two exchanged.
        cases.assert_forgery_detected(&format!(
            "UPDATE audit_event SET seq = -{seq} WHERE seq = {seq}; \
             UPDATE audit_event SET seq = {seq} WHERE seq = {other}; \
             UPDATE audit_event SET seq = {other} WHERE seq = -{seq}"
        ));
    }
    cases.end();
}

/// Where no event can be, and where an archive holds another one.
#[test]
fn made_up_events_are_detected() {
    let mut cases = Cases::default();
    let (first, last) = prepared(|prepared| (prepared.first, prepared.last));
    let numbers = [
        0,
        -1,
        i64::MIN,
        last + 1,
        last + 1000,
        i64::MAX,
        first - 1,
        1,
    ];
    for number in numbers {
        cases.assert_forgery_detected(&format!(
            "INSERT INTO audit_event SELECT {number}, {ALL} FROM audit_event WHERE seq = {last}"
        ));
    }
    // With a head that counts it, however far away it is.
    for number in [last + 1, 1 << 60] {
        cases.assert_forgery_detected(&format!(
            "INSERT INTO audit_event SELECT {number}, {ALL} FROM audit_event WHERE seq = {last}; \
             UPDATE audit_head SET size = {number}"
        ));
    }
    cases.end();
}

/// The tables that hold the permissions.
const STATE: [&str; 8] = [
    "access_token",
    "access_token_resource",
    "access_token_website",
    "admin_user",
    "config_value",
    "role",
    "role_resource",
    "role_website",
];

/// The end is cut off, and the head and the checkpoint file are set back to an
/// older signed note: nothing in the store contradicts it.
#[test]
fn a_shortened_log_is_detected() {
    let mut cases = Cases::default();
    let (older_size, older_note) = prepared(|prepared| {
        let size = prepared
            .older_note
            .lines()
            .nth(1)
            .expect("a size")
            .to_owned();
        (size, prepared.older_note.clone())
    });
    let cut = format!(
        "DELETE FROM audit_event WHERE seq > {older_size}; \
         DELETE FROM audit_subtree WHERE idx >= {older_size} / 256"
    );
    cases.assert_forgery_detected(&cut);
    let set_back = |store: &TestStore| {
        forge(store, &cut);
        let of_then = prepared(|prepared| prepared.older.copy_store());
        forge(
            store,
            &format!(
                "ATTACH '{}' AS then_; UPDATE audit_head SET (size, nodes, last_time, note) = \
                 (SELECT size, nodes, last_time, note FROM then_.audit_head)",
                super::path(&of_then).display()
            ),
        );
    };
    let store = copy();
    set_back(&store);
    cases.assert_tampered("the end cut off, the head set back", &store);
    let file = store.dir().join("checkpoint");
    std::fs::write(&file, &older_note).expect("written");
    let newer = store.home().join("newer.checkpoint");
    std::fs::write(&newer, prepared(|prepared| prepared.note.clone())).expect("written");
    let newer = newer.to_str().expect("a path");
    cases.assert_exit(
        "all set back, and a newer checkpoint",
        &store,
        &["--since", newer],
        &[6],
    );
    cases.assert_tampered("all set back but who may do what", &store);
    cases.end();
    // If the permissions are set back as well and nobody has the newer
    // checkpoint, it is simply an older store.
    let of_then = prepared(|prepared| prepared.older.copy_store());
    let attached = super::path(&of_then).display().to_string();
    let mut sql = format!("ATTACH '{attached}' AS then_;");
    for table in STATE {
        let _ = write!(
            sql,
            "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM then_.{table};"
        );
    }
    forge(&store, &sql);
    super::assert_verifies(&store);
}

#[test]
fn blanked_or_restored_shopper_data_is_detected() {
    let mut cases = Cases::default();
    for seq in some_events().into_iter().step_by(3) {
        let is_there = prepared(|prepared| {
            let sql = format!("SELECT shopper IS NOT NULL FROM audit_event WHERE seq = {seq}");
            database(&prepared.store)
                .query_row(&sql, [], |row| row.get::<_, bool>(0))
                .expect("an event")
        });
        if is_there {
            cases.assert_forgery_detected(&format!(
                "UPDATE audit_event SET shopper = NULL, shopper_salt = NULL WHERE seq = {seq}"
            ));
        }
    }
    cases.assert_forgery_detected(
        "UPDATE audit_event SET record = replace(record, '\"erased\":[[', '\"erased\":[[1,1],[') \
         WHERE action = 'erase'",
    );
    cases.assert_forgery_detected(
        "UPDATE audit_event SET record = replace(record, '\"erased\":null', '\"erased\":[[300,301]]') \
         WHERE seq = 305",
    );
    cases.end();
}

/// From a backup before the erasure: salts and texts match the record.
#[test]
fn restored_erased_shopper_data_is_detected() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["consent", "grant", "2"]);
    store.run_ok(&["customer", "remove", "2", "--yes"]);
    super::flush_wal(&store);
    let backup = store.copy_store();
    store.run_ok(&["log", "erase", "--customer", "2", "--yes"]);
    super::assert_verifies(&store);
    let seq: i64 = database(&store)
        .query_row(
            "SELECT max(seq) FROM audit_event WHERE shopper IS NULL",
            [],
            |row| row.get(0),
        )
        .expect("an erased event");
    forge(
        &store,
        &format!(
            "ATTACH '{}' AS backup; UPDATE audit_event SET (shopper, shopper_salt) = \
             (SELECT shopper, shopper_salt FROM backup.audit_event WHERE seq = {seq}) \
             WHERE seq = {seq}",
            super::path(&backup).display()
        ),
    );
    let mut cases = Cases::default();
    cases.assert_tampered("brought back", &store);
    cases.end();
}
