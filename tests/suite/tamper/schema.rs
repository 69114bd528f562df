//! Objects in the database that the program did not create: every command must
//! report them, whatever their names.

use super::{copy, forge};
use crate::support::{TestStore, json_str};

/// Each kind of object that plain SQL can create, and what the message names.
const MADE: [(&str, &str); 13] = [
    (
        "CREATE TRIGGER undo AFTER UPDATE OF revoked_at ON access_token BEGIN \
         UPDATE access_token SET revoked_at = NULL WHERE id = new.id; END",
        "trigger undo",
    ),
    (
        "CREATE TRIGGER undo BEFORE DELETE ON role_resource BEGIN SELECT raise(IGNORE); END",
        "trigger undo",
    ),
    ("CREATE VIEW mine AS SELECT * FROM customer", "view mine"),
    ("CREATE TABLE mine (x)", "table mine"),
    (
        "CREATE TABLE mine (x PRIMARY KEY) WITHOUT ROWID",
        "table mine",
    ),
    (
        "CREATE INDEX mine ON audit_event (seq, record, shopper, staff)",
        "index mine",
    ),
    (
        "CREATE INDEX mine ON access_token (hash) WHERE revoked_at IS NULL",
        "index mine",
    ),
    (
        "CREATE INDEX mine ON customer (lower(email), id)",
        "index mine",
    ),
    ("ANALYZE role", "table sqlite_stat1"),
    ("DROP INDEX customer_email", "index customer_email"),
    (
        "ALTER TABLE session ADD COLUMN note TEXT",
        "table session has another definition",
    ),
    (
        "ALTER TABLE role RENAME TO roles; CREATE VIEW role AS SELECT id, name, 'all' AS access, \
         'all' AS scope FROM roles",
        "role",
    ),
    ("DROP TABLE activity_count", "table activity_count"),
];

/// What only `writable_schema` can do: names that SQLite reserves, other
/// definitions over the same pages, rows that are not objects.
const WRITTEN: [(&str, &str); 7] = [
    (
        "CREATE INDEX mine ON audit_event (seq, (record || 'x'), shopper, staff); \
         UPDATE sqlite_master SET name = 'sqlite_mine', \
         sql = 'CREATE INDEX sqlite_mine ON audit_event (seq, record, shopper, staff)' \
         WHERE name = 'mine'",
        "index sqlite_mine",
    ),
    (
        "INSERT INTO sqlite_master VALUES ('trigger', 'sqlite_undo', 'access_token', 0, \
         'CREATE TRIGGER sqlite_undo AFTER UPDATE OF revoked_at ON access_token BEGIN \
          UPDATE access_token SET revoked_at = NULL WHERE id = new.id; END')",
        "trigger sqlite_undo",
    ),
    (
        "INSERT INTO sqlite_master VALUES ('view', 'sqlite_mine', 'sqlite_mine', 0, \
         'CREATE VIEW sqlite_mine AS SELECT * FROM customer')",
        "view sqlite_mine",
    ),
    (
        "CREATE TABLE mine (x); UPDATE sqlite_master SET name = 'sqlite_mine', \
         tbl_name = 'sqlite_mine', sql = 'CREATE TABLE sqlite_mine (x)' WHERE name = 'mine'",
        "table sqlite_mine",
    ),
    (
        "UPDATE sqlite_master SET sql = replace(sql, 'email_key, website_id', \
         'email_key, website_id COLLATE NOCASE') WHERE name = 'customer_email'",
        "index customer_email has another definition",
    ),
    (
        "UPDATE sqlite_master SET sql = replace(sql, ' CHECK (id = 1)', '') \
         WHERE name = 'audit_head'",
        "table audit_head has another definition",
    ),
    (
        "UPDATE sqlite_master SET sql = 'CREATE TABLE sqlite_sequence(name,seq,more)' \
         WHERE name = 'sqlite_sequence'",
        "table sqlite_sequence has another definition",
    ),
];

fn schema_edit(sql: &str) -> String {
    format!("PRAGMA writable_schema=ON; {sql}; PRAGMA writable_schema=RESET;")
}

/// Every command stops, and `doctor` runs to its end.
fn assert_reported(store: &TestStore, sql: &str, what: &str) {
    for args in [
        &["log", "verify"][..],
        &["whoami"],
        &["login", "1"],
        &["role", "list"],
        &["log", "list", "--limit", "1"],
    ] {
        let error = store.run_failing(args, "schema_tampered", 6);
        let message = json_str(&error["message"]);
        assert!(message.contains(what), "{sql}: {args:?}: {message}");
    }
    let doctor = store.run(&["doctor", "-o", "json"]);
    assert_eq!(doctor.code, 6, "{sql}: {doctor:#?}");
    let lines: serde_json::Value = serde_json::from_str(&doctor.stdout).expect("findings");
    let lines = lines.as_array().expect("a list");
    let schema = lines.iter().find(|line| line["check"] == "schema");
    let schema = schema.expect("the finding");
    assert_eq!(schema["code"], "schema_tampered", "{sql}: {schema}");
    assert!(
        json_str(&schema["message"]).contains(what),
        "{sql}: {schema}"
    );
    assert_eq!(lines.last().expect("the last")["check"], "storefront_use");
}

#[test]
fn a_created_object_is_detected() {
    for (sql, what) in MADE {
        let store = copy();
        forge(&store, sql);
        let store_is_read = !sql.contains("role") || sql.contains("role_resource");
        if store_is_read {
            assert_reported(&store, sql, what);
        } else {
            let error = store.run_failing(&["whoami"], "schema_tampered", 6);
            assert!(json_str(&error["message"]).contains(what), "{sql}: {error}");
        }
    }
}

#[test]
fn an_object_written_into_the_schema_table_is_detected() {
    for (sql, what) in WRITTEN {
        let store = copy();
        forge(&store, &schema_edit(sql));
        assert_reported(&store, sql, what);
    }
}

/// A duplicate name or an invalid definition: SQLite itself does not open such
/// a file.
#[test]
fn an_unreadable_schema_is_refused() {
    for sql in [
        "INSERT INTO sqlite_master VALUES ('view', 'sqlite_master', 'sqlite_master', 0, \
         'CREATE VIEW sqlite_master AS SELECT 1')",
        "INSERT INTO sqlite_master VALUES ('view', 'sqlite_schema', 'sqlite_schema', 0, \
         'CREATE VIEW sqlite_schema AS SELECT 1')",
        "INSERT INTO sqlite_master VALUES ('note', 'mine', 'mine', 0, NULL)",
        "INSERT INTO sqlite_master VALUES (NULL, NULL, NULL, 0, NULL)",
        "UPDATE sqlite_master SET rootpage = \
         (SELECT rootpage FROM sqlite_master WHERE name = 'audit_event_ticket') \
         WHERE name = 'audit_event_document'",
        "UPDATE sqlite_master SET sql = 'nonsense' WHERE name = 'customer_email'",
        "CREATE INDEX mine ON audit_event (action); \
         UPDATE sqlite_master SET name = 'sqlite_autoindex_audit_event_1' WHERE name = 'mine'",
    ] {
        let store = copy();
        forge(&store, &format!("PRAGMA writable_schema=ON; {sql}"));
        for args in [&["log", "verify"][..], &["whoami"], &["doctor"]] {
            let ran = store.run(args);
            assert_eq!(ran.code, 6, "{sql}: {args:?}: {ran:#?}");
        }
    }
}

/// A store with an older version number would be migrated, but not with objects
/// that no older version created.
#[test]
fn a_changed_schema_version_is_refused() {
    for version in [0, 1, 2, 3, -1] {
        let store = copy();
        forge(&store, &format!("PRAGMA user_version = {version}"));
        store.run_failing(&["whoami"], "schema_tampered", 6);
        store.run_failing(&["log", "verify"], "schema_tampered", 6);
        assert_eq!(store.run(&["doctor"]).code, 6);
    }
}

/// A follower already has the store open.
#[test]
fn an_object_created_while_the_store_is_open_is_detected() {
    let store = copy();
    let mut child = store
        .command(&["log", "tail", "--follow", "-n", "1", "-o", "jsonl"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("lac starts");
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("stdout"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stdout, &mut line).expect("an event");
    forge(&store, "CREATE INDEX mine ON audit_event (action)");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let errors = String::from_utf8(output.stderr).expect("text");
    assert!(errors.contains("index mine was added"), "{errors}");
}

/// The pages of two indexes are exchanged, so each is read as the other. The
/// definitions are unchanged, so a verification must read them.
#[test]
fn exchanged_indexes_are_detected() {
    for [one, other] in [
        ["audit_event_ticket", "audit_event_document"],
        ["sqlite_autoindex_access_token_1", "sqlite_autoindex_role_1"],
        [
            "sqlite_autoindex_website_1",
            "sqlite_autoindex_storefront_1",
        ],
    ] {
        let store = copy();
        forge(
            &store,
            &schema_edit(&format!(
                "CREATE TEMP TABLE kept AS SELECT name, rootpage FROM sqlite_master \
                 WHERE name IN ('{one}', '{other}'); \
                 UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM kept \
                 WHERE kept.name <> sqlite_master.name) WHERE name IN ('{one}', '{other}')"
            )),
        );
        let ran = store.run(&["log", "verify", "-o", "json"]);
        assert_eq!(ran.code, 6, "{one}: {ran:#?}");
    }
}

/// The hash of one token leads to the row of another: its holder would act as
/// the other one's owner, although every row is unchanged.
#[test]
fn a_token_index_that_points_to_another_token_is_detected() {
    let store = copy();
    let bea = store.run_json(&["user", "token", "create", "bea", "--label", "new"]);
    store.run_json(&["user", "token", "create", "alice", "--label", "new"]);
    super::flush_wal(&store);
    let connection = super::database(&store);
    let number = |sql: &str| -> usize {
        let found: i64 = connection
            .query_row(sql, [], |row| row.get(0))
            .expect("a number");
        usize::try_from(found).expect("small")
    };
    let size = number("PRAGMA page_size");
    let page =
        number("SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_access_token_1'");
    let mut query = connection
        .prepare("SELECT hash FROM access_token ORDER BY id DESC LIMIT 2")
        .expect("a query");
    let hashes: Vec<Vec<u8>> = query
        .query_map([], |row| row.get(0))
        .expect("hashes")
        .map(|hash| hash.expect("a hash"))
        .collect();
    drop(query);
    drop(connection);
    let mut bytes = std::fs::read(super::path(&store)).expect("a database");
    // In an index entry the row number follows the hash, in one byte.
    let places: Vec<usize> = hashes
        .iter()
        .map(|hash| {
            let start = (page - 1) * size;
            let mut entries = bytes[start..start + size].windows(32);
            start + entries.position(|entry| entry == hash).expect("an entry") + 32
        })
        .collect();
    bytes.swap(places[0], places[1]);
    std::fs::write(super::path(&store), bytes).expect("written");
    let whoami = store.run_as(json_str(&bea["token"]), &["whoami"]);
    assert!(whoami.stdout.contains("alice"), "{whoami:#?}");
    let ran = store.run(&["log", "verify", "-o", "json"]);
    assert_eq!(ran.code, 6, "{ran:#?}");
    assert!(ran.stderr.contains("access_token"), "{ran:#?}");
}
