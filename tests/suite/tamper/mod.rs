//! The tamper matrix: whatever somebody with access to the store's directory
//! changes in the log, `lac log verify` must not succeed.
//!
//! One store is created once, with every kind of event: sessions, denied and
//! refused attempts, archived events, erased ones, more than 256 of them. Each
//! case changes one thing in a copy of it.

mod archives;
mod bytes;
mod cells;
mod events;
mod exports;
mod hidden;
mod resigned;
mod rollback;
mod schema;

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use rusqlite::Connection;

use crate::support::{InProcessStore, StorefrontFixture, TestStore, json_str};

const BASE: &str = "https://shop.example.com";
const EU: &str = "https://eu.shop.example.com";

/// The time of every verification.
const TODAY: &str = "2026-10-05T12:00:00Z";

/// The store that all cases copy. It is created once and never changed.
struct Prepared {
    store: TestStore,
    /// The complete store some events earlier.
    older: TestStore,
    /// Signed checkpoints of the older store and of this one.
    older_note: String,
    note: String,
    /// The first and the last event in the database.
    first: i64,
    last: i64,
}

static PREPARED: OnceLock<Mutex<Prepared>> = OnceLock::new();

/// Calls a function with the prepared store.
fn prepared<T>(style: impl FnOnce(&Prepared) -> T) -> T {
    let shared = PREPARED.get_or_init(|| Mutex::new(prepare()));
    let held = shared
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    style(&held)
}

/// A copy of the prepared store.
fn copy() -> TestStore {
    prepared(|prepared| prepared.store.copy_store())
}

fn prepare() -> Prepared {
    let shop = summer_in(TestStore::uninitialized());
    let store = shop.store;
    store.clock.set(TODAY);
    let archived = store.run_json(&["log", "archive"]);
    assert!(
        archived["files"].as_array().expect("files").len() > 1,
        "{archived}"
    );
    // Bob is erased from archived events and from newer ones.
    store.run_ok(&["customer", "remove", "2", "--yes"]);
    let erased = store.run_json(&["log", "erase", "--customer", "2", "--yes"]);
    assert!(erased["archives"][0].is_string(), "{erased}");
    let older = store.copy_store();
    let older_note = store.run_ok(&["log", "checkpoint"]);
    InProcessStore::new(&store).append_setting_changes(260);
    let bea = store.create_user("bea2", "beas");
    store
        .run_as(
            &bea,
            &["login", "1", "--reason", "late \u{2603} help", "-o", "json"],
        )
        .assert_succeeded();
    let clerk = store.create_user_with_resources("clerk", &[]);
    store
        .run_as(&clerk, &["log", "list", "-o", "json"])
        .assert_failed("resource_denied", 4);
    store.run_ok(&["session", "end", "--all"]);
    let note = store.run_ok(&["log", "checkpoint"]);
    for store in [&store, &older] {
        flush_wal(store);
    }
    let (first, last): (i64, i64) = database(&store)
        .query_row("SELECT min(seq), max(seq) FROM audit_event", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("numbers");
    assert_verifies(&store);
    flush_wal(&store);
    Prepared {
        store,
        older,
        older_note,
        note,
        first,
        last: last + 1,
    }
}

/// A store in July: sessions, refusals, a document, users without rights.
fn summer_in(store: TestStore) -> StorefrontFixture {
    store.clock.set("2026-07-01T08:00:00Z");
    store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    let shop = StorefrontFixture::with_store(store);
    let bea = shop.store.create_agent("bea");
    shop.run_session(
        &bea,
        &[
            "1",
            "--reason",
            "cannot \"pay\" \u{2603}",
            "--ticket",
            "ZD-1",
        ],
        BASE,
        [
            "2026-07-02T10:00:00Z",
            "2026-07-02T10:00:30Z",
            "2026-07-02T10:12:30Z",
        ],
    );
    let refused = ["login", "2", "--reason", "no consent", "-o", "json"];
    shop.store
        .run_as(&bea, &refused)
        .assert_failed("consent_withheld", 5);
    shop.store.run_ok(&["consent", "grant", "2"]);
    shop.run_session(
        &bea,
        &[
            "2",
            "--website",
            "base",
            "--reason",
            "asked",
            "--ticket",
            "ZD-2",
        ],
        BASE,
        [
            "2026-07-03T10:00:00Z",
            "2026-07-03T10:00:30Z",
            "2026-07-03T10:12:30Z",
        ],
    );
    let nobody = shop.store.create_user_with_resources("nobody", &[]);
    shop.store
        .run_as(&nobody, &["login", "1", "-o", "json"])
        .assert_failed("resource_denied", 4);
    // These events stay in the database; the old access token has expired.
    shop.store.clock.set("2026-10-01T09:00:00Z");
    let token = shop
        .store
        .run_json(&["user", "token", "create", "bea", "--label", "autumn"]);
    let bea = json_str(&token["token"]).to_owned();
    shop.run_session(
        &bea,
        &["--order", "200000001", "--reason", "from an order"],
        EU,
        [
            "2026-10-01T10:00:00Z",
            "2026-10-01T10:00:30Z",
            "2026-10-01T10:12:30Z",
        ],
    );
    shop.run_session(
        &bea,
        &["2", "--reason", "once more"],
        BASE,
        [
            "2026-10-02T10:00:00Z",
            "2026-10-02T10:00:30Z",
            "2026-10-02T10:12:30Z",
        ],
    );
    shop
}

fn path(store: &TestStore) -> PathBuf {
    store.dir().join("lac.db")
}

/// The database without SQLite's protections.
fn database(store: &TestStore) -> Connection {
    Connection::open(path(store)).expect("a database")
}

/// Moves the WAL into `lac.db`.
fn flush_wal(store: &TestStore) {
    let busy: i64 = database(store)
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .expect("a checkpoint");
    assert_eq!(busy, 0);
}

/// Changes the database.
fn forge(store: &TestStore, sql: &str) {
    let database = database(store);
    let defensive = rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE;
    database.set_db_config(defensive, false).expect("no guard");
    database
        .execute_batch("PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON;")
        .expect("no checks");
    database
        .execute_batch(sql)
        .unwrap_or_else(|e| panic!("{sql}: {e}"));
}

fn assert_verifies(store: &TestStore) {
    let ran = store.run(&["log", "verify", "-o", "json"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
}

/// Collects cases that verified although they must not, so that a failure shows
/// all of them.
#[derive(Default)]
struct Cases {
    wrong: Vec<String>,
    count: usize,
}

impl Cases {
    /// A real run of `lac log verify` must end with one of these exit codes.
    fn assert_exit(&mut self, what: &str, store: &TestStore, args: &[&str], expected: &[i32]) {
        self.count += 1;
        let all = [&["log", "verify"], args, &["-o", "json"]].concat();
        let ran = store.run(&all);
        if !expected.contains(&ran.code) || !ran.stdout.is_empty() {
            self.wrong
                .push(format!("{what}: exit {} {}", ran.code, ran.stderr));
        }
    }

    /// It must report tampering.
    fn assert_tampered(&mut self, what: &str, store: &TestStore) {
        self.assert_exit(what, store, &[], &[6]);
    }

    /// Changes the database of a copy; the change must be detected.
    fn assert_forgery_detected(&mut self, sql: &str) {
        let store = copy();
        forge(&store, sql);
        self.assert_tampered(sql, &store);
    }

    fn end(self) {
        assert!(self.count > 0);
        assert!(
            self.wrong.is_empty(),
            "of {}: {:#?}",
            self.count,
            self.wrong
        );
    }
}

#[test]
fn an_unchanged_store_verifies() {
    let store = copy();
    assert_verifies(&store);
    let verified = store.run_json(&["log", "verify"]);
    prepared(|prepared| {
        assert_eq!(verified["archived"], prepared.first - 1);
        assert!(
            verified["erased"].as_u64().expect("a number") > 3,
            "{verified}"
        );
        assert!(prepared.last > 300);
    });
}
