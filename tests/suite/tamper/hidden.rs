//! Indexes changed to hide an event, and other changes of the schema.

use rusqlite::Connection;

use super::{Cases, copy, database, flush_wal, forge, path};
use crate::support::TestStore;

/// Removes events from an index without changing its definition.
fn hide(store: &TestStore, index: &str, columns: &str, is_hidden: &str) {
    let connection = database(store);
    let definition: String = connection
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = ?1",
            [index],
            |row| row.get(0),
        )
        .expect("an index");
    connection
        .execute_batch(&format!(
            "DROP INDEX {index}; CREATE INDEX {index} ON audit_event ({columns}) WHERE {is_hidden};"
        ))
        .expect("made anew");
    define(&connection, index, &definition);
}

fn define(connection: &Connection, name: &str, definition: &str) {
    let defensive = rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE;
    connection
        .set_db_config(defensive, false)
        .expect("no guard");
    connection
        .execute_batch("PRAGMA writable_schema=ON")
        .expect("no guard");
    let changed = connection
        .execute(
            "UPDATE sqlite_schema SET sql = ?1 WHERE name = ?2",
            [definition, name],
        )
        .expect("defined");
    assert_eq!(changed, 1);
    connection
        .execute_batch("PRAGMA writable_schema=OFF")
        .expect("as before");
}

#[test]
fn an_index_without_an_event_is_detected() {
    let mut cases = Cases::default();
    for (index, columns, hidden) in [
        ("audit_event_admin", "admin, seq", "admin <> 'bea'"),
        (
            "audit_event_customer",
            "customer_id, seq",
            "customer_id IS NOT NULL AND customer_id <> 3",
        ),
        (
            "audit_event_document",
            "document, seq",
            "document IS NOT NULL AND document = ''",
        ),
        (
            "audit_event_ticket",
            "ticket, seq",
            "ticket IS NOT NULL AND ticket = 'none'",
        ),
        (
            "audit_event_consent",
            "customer_id, seq",
            "customer_id IS NOT NULL AND result = 'success' AND action_group = 'consent' \
             AND action = 'grant'",
        ),
    ] {
        let store = copy();
        let bea = store.run_json(&["user", "token", "create", "bea"]);
        let login = [
            "login", "1", "--reason", "help", "--ticket", "ZD-9", "-o", "json",
        ];
        store
            .run_as(crate::support::json_str(&bea["token"]), &login)
            .assert_succeeded();
        super::flush_wal(&store);
        let before = store.run_json(&["log", "list", "--ticket", "ZD-9"]);
        assert_eq!(before.as_array().expect("events").len(), 1);
        hide(&store, index, columns, hidden);
        cases.assert_tampered(index, &store);
    }
    cases.end();
}

/// Keys that no event has, and an order in which lookups fail.
#[test]
fn an_index_with_wrong_keys_or_order_is_detected() {
    let mut cases = Cases::default();
    for (index, columns) in [
        ("audit_event_admin", "(admin || 'x'), seq"),
        ("audit_event_admin", "admin, (seq + 1)"),
        ("audit_event_admin", "admin DESC, seq DESC"),
        ("audit_event_admin", "admin, seq DESC"),
    ] {
        let store = copy();
        hide(&store, index, columns, "1");
        cases.assert_tampered(columns, &store);
    }
    cases.end();
}

/// The largest end of an archive is looked up in an index: a larger value would
/// hide newer events.
#[test]
fn an_index_that_extends_an_archive_is_detected() {
    let store = copy();
    let connection = super::database(&store);
    let defensive = rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE;
    connection
        .set_db_config(defensive, false)
        .expect("no guard");
    let [page, size] = ["page", "size"].map(|what| {
        let sql = match what {
            "page" => {
                "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_audit_archive_1'"
            }
            _ => "PRAGMA page_size",
        };
        connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .expect("a number")
    });
    drop(connection);
    let mut bytes = std::fs::read(path(&store)).expect("a database");
    let start = usize::try_from((page - 1) * size).expect("small");
    let end = start + usize::try_from(size).expect("small");
    // The last entry of the page is stored first among its cells: its key.
    let cells = usize::from(u16::from_be_bytes([bytes[start + 5], bytes[start + 6]]));
    let entry = &mut bytes[start + cells..end];
    assert!(entry[1] == 3 && entry[2] == 1, "{:?}", &entry[..8]);
    entry[3] = 120;
    std::fs::write(path(&store), bytes).expect("written");
    let mut cases = Cases::default();
    cases.assert_tampered("an index of archives", &store);
    cases.end();
}

#[test]
fn changes_of_the_schema_are_detected() {
    let mut cases = Cases::default();
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON audit_event BEGIN \
         UPDATE audit_event SET admin = 'nobody' WHERE seq = new.seq; END",
        "CREATE TRIGGER t AFTER INSERT ON config_value BEGIN DELETE FROM audit_archive; END",
        "CREATE VIEW v AS SELECT * FROM audit_event",
        "CREATE TABLE t (x)",
        "CREATE INDEX i ON audit_event (action)",
        "CREATE UNIQUE INDEX i ON audit_event (time)",
        "DROP INDEX audit_event_ticket",
        "DROP INDEX audit_event_admin; \
         CREATE INDEX audit_event_admin ON audit_event (admin, seq) WHERE admin <> 'bea'",
        "ALTER TABLE audit_event ADD COLUMN note TEXT",
        "ALTER TABLE audit_head RENAME TO audit_other; \
         CREATE VIEW audit_head AS SELECT * FROM audit_other",
        "ALTER TABLE audit_event RENAME TO audit_other; \
         CREATE VIEW audit_event AS SELECT * FROM audit_other WHERE admin <> 'bea'",
        "DROP TABLE audit_archive",
        "PRAGMA user_version = 1",
    ] {
        let store = copy();
        forge(&store, sql);
        let expected: &[i32] = if sql.starts_with("PRAGMA") {
            &[1, 6]
        } else {
            &[6]
        };
        cases.assert_exit(sql, &store, &[], expected);
    }
    cases.end();
}

/// A lookup follows the keys in the inner pages. Changing one of them hides an
/// event that a read of the whole table still finds.
#[test]
fn an_event_that_lookups_miss_is_detected() {
    let store = copy();
    flush_wal(&store);
    let sound = std::fs::read(path(&store)).expect("a database");
    let (root, size, first): (u32, u32, i64) = database(&store)
        .query_row(
            "SELECT (SELECT rootpage FROM sqlite_schema WHERE name = 'audit_event'), \
             (SELECT page_size FROM pragma_page_size), (SELECT min(seq) FROM audit_event)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .expect("numbers");
    let start = (root as usize - 1) * size as usize;
    let number = |at: usize| usize::from(u16::from_be_bytes([sound[at], sound[at + 1]]));
    assert_eq!(sound[start], 0x05, "an inner page of a table");
    let mut cases = Cases::default();
    for at in 0..number(start + 3) {
        // A cell is the child's number and a key, here of one or two bytes.
        let cell = start + number(start + 12 + 2 * at);
        let last = cell + 4 + usize::from(sound[cell + 4] >= 0x80);
        let mut bytes = sound.clone();
        let Some(less) = bytes[last].checked_sub(1) else {
            continue;
        };
        bytes[last] = less;
        for other in ["lac.db-wal", "lac.db-shm"] {
            let _ = std::fs::remove_file(store.dir().join(other));
        }
        std::fs::write(path(&store), &bytes).expect("written");
        let key = i64::from(sound[last] & 0x7f)
            + if last == cell + 4 {
                0
            } else {
                i64::from(sound[cell + 4] & 0x7f) << 7
            };
        let count = |sql: &str| -> i64 {
            let found = database(&store).query_row(sql, [], |row| row.get(0));
            found.expect("a number")
        };
        let lookup = format!("SELECT count(*) FROM audit_event WHERE seq = {key}");
        let read = format!("SELECT count(*) FROM audit_event WHERE +seq = {key}");
        assert!(key >= first, "{key}");
        assert_eq!([count(&lookup), count(&read)], [0, 1], "event {key}");
        cases.assert_tampered(&format!("key {key} is one less"), &store);
    }
    cases.end();
}
