//! Reading pages must give what SQLite gives: the same events in the same
//! order, and the same error after them.

use std::time::Duration;

use rusqlite::Connection;

use super::super::super::SqliteStore;
use super::{PageScan, scan_pages};
use lac_model::audit::{EventField, SelectionValues};
use lac_store::dir::StoreDir;
use lac_store::{EventQuery, ReadTx, Store as _};

const EVENTS: i64 = 300;

fn create_store(dir: &tempfile::TempDir) -> SqliteStore {
    let path = dir.path().join("store");
    let store_dir = StoreDir::create(&path, None).unwrap();
    let store = SqliteStore::create(&store_dir, Duration::from_secs(5)).unwrap();
    for seq in 1..=EVENTS {
        insert_event(&store.conn, seq);
    }
    store
}

/// An event whose texts are short, longer than a page, or erased.
fn insert_event(conn: &Connection, seq: i64) {
    let role = "r".repeat(match seq % 50 {
        17 => 9000,
        rest => usize::try_from(rest).unwrap(),
    });
    let record = format!(
        "{{\"v\":1,\"seq\":{seq},\"time\":\"2026-01-01T00:00:00.{seq:06}Z\",\"clock\":null,\
         \"action_group\":\"roles\",\"action\":\"edit\",\"full_action_name\":\"f\",\
         \"result\":\"success\",\"admin\":\"ünal\",\"admin_id\":-2,\"role\":\"{role}\",\
         \"session_id\":null,\"customer_id\":null,\"website\":null,\"store_view\":null,\
         \"consent\":null,\"document\":null,\"ticket\":null,\"erased\":null,\
         \"shopper\":\"s\",\"staff\":\"t\"}}"
    );
    let shopper = "{\"customer_email\":null,\"reason\":\"a \\\"b\\\"\",\"details\":{\"a\":[1]}}";
    let staff = "{\"ip_address\":null,\"os_account\":\"lac\",\"login_uid\":null}";
    conn.execute(
        "INSERT INTO audit_event (seq, time, action_group, action, result, admin, record, \
         shopper, staff, staff_salt) VALUES (?1, ?1, 'roles', 'edit', 'success', 'ünal', ?2, ?3, \
         ?4, zeroblob(32))",
        (seq, record, Some(shopper).filter(|_| seq % 5 > 0), staff),
    )
    .unwrap();
}

/// The events that a query finds, and the error that ends it.
fn found_events(read: &dyn ReadTx, query: &EventQuery) -> (Vec<String>, Option<String>) {
    let mut events = Vec::new();
    let ended = read.audit_scan(query, &mut |event| {
        let fields = EventField::ALL.iter();
        events.push(fields.map(|field| event.value(*field)).collect());
        Ok(())
    });
    (events, ended.err().map(|fault| fault.to_string()))
}

fn queries() -> [EventQuery; 4] {
    let all = EventQuery {
        ascending: true,
        ..EventQuery::default()
    };
    let [mut part, mut filtered, mut limited] = [all.clone(), all.clone(), all.clone()];
    part.hints.first = Some(40);
    part.hints.last = Some(260);
    filtered.select.action = SelectionValues::any_of(["edit"]);
    limited.limit = Some(60);
    [all, part, filtered, limited]
}

fn assert_same_with_and_without_pages(store: &SqliteStore) -> Option<String> {
    let reader = store.open_reader().unwrap();
    let [mut error, mut count] = [None, None];
    for query in queries() {
        let with_sql = found_events(&*store.read().unwrap(), &query);
        let from_pages = found_events(&*reader.read().unwrap(), &query);
        assert_eq!(from_pages, with_sql);
        count = count.or(Some(with_sql.0.len().to_string()));
        error = error.or(with_sql.1);
    }
    error.or(count)
}

#[test]
fn events_are_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let store = create_store(&dir);
    assert_eq!(
        assert_same_with_and_without_pages(&store).as_deref(),
        Some("300")
    );
    let reader = SqliteStore {
        use_mmap: true,
        ..store
    };
    reader.conn.execute_batch("BEGIN").unwrap();
    let tx = reader.checked_tx(None).unwrap();
    let mut count = 0;
    let scan = scan_pages(&tx, [1, EVENTS], &mut |_| {
        count += 1;
        Ok(true)
    });
    assert_eq!((scan.unwrap(), count), (PageScan::Complete, 300));
}

#[test]
fn damage_is_reported_as_sqlite_finds_it() {
    for damage in [
        "record = CAST(record AS BLOB)",
        "record = CAST(x'7bff7d' AS TEXT)",
        "record = record || ' '",
        "shopper = 5",
        "staff = replace(staff, 'login_uid', 'login_gid')",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let store = create_store(&dir);
        let sql = format!("UPDATE audit_event SET {damage} WHERE seq = 77");
        store.conn.execute_batch(&sql).unwrap();
        let error = assert_same_with_and_without_pages(&store).unwrap();
        assert!(error.contains("77"), "{damage}: {error}");
    }
}
