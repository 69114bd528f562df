//! Flipped bytes in every text and salt of the events, and in the pages of the
//! database that store the log.

use std::fs;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::cells::dump;
use super::{copy, database, flush_wal, path, prepared};
use crate::support::InProcessStore;

/// The columns of an event.
const PARTS: [&str; 5] = ["record", "shopper", "shopper_salt", "staff", "staff_salt"];

/// One event of each kind: the oldest and the newest of every action and
/// result, and the erased ones.
fn kinds(connection: &Connection) -> Vec<i64> {
    let sql = "SELECT min(seq) FROM audit_event GROUP BY action_group, action, result, \
               shopper IS NULL UNION SELECT max(seq) FROM audit_event ORDER BY 1";
    let mut statement = connection.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|seq| seq.expect("a number")).collect()
}

fn put(connection: &Connection, part: &str, seq: i64, value: &Value) {
    let sql = format!("UPDATE audit_event SET {part} = ?1 WHERE seq = ?2");
    let mut statement = connection.prepare_cached(&sql).expect("a statement");
    assert_eq!(statement.execute((value, seq)).expect("changed"), 1);
}

fn get(connection: &Connection, part: &str, seq: i64) -> Value {
    let sql = format!("SELECT {part} FROM audit_event WHERE seq = ?1");
    let mut statement = connection.prepare_cached(&sql).expect("a statement");
    statement
        .query_row([seq], |row| row.get(0))
        .expect("a value")
}

/// The value with one bit of a byte flipped, with the same type. Text that is
/// no longer UTF-8 cannot be bound, so its byte becomes another character.
fn flipped(value: &Value, at: usize) -> Option<Value> {
    let flip = |bytes: &[u8], bit: u8| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= bit;
        bytes
    };
    match value {
        Value::Blob(bytes) if at < bytes.len() => Some(Value::Blob(flip(bytes, 1 << (at % 8)))),
        Value::Text(text) if at < text.len() => {
            let bits = [1 << (at % 7), 1, 2, 4];
            let texts = bits.map(|bit| String::from_utf8(flip(text.as_bytes(), bit)));
            texts.into_iter().find_map(Result::ok).map(Value::Text)
        }
        _ => None,
    }
}

/// All events in the database at once: a byte of the same part of each changes,
/// and each event must be named. Record bytes are checked by the tree alone, so
/// only one event is changed at a time.
#[test]
fn a_flipped_byte_in_any_part_of_an_event_is_detected() {
    let store = copy();
    let bench = InProcessStore::new(&store);
    let connection = database(&store);
    connection
        .execute_batch("PRAGMA synchronous=OFF")
        .expect("fast");
    let (first, last) = prepared(|prepared| (prepared.first, prepared.last));
    let all: Vec<i64> = (first..=last).collect();
    let mut passed = Vec::new();
    for part in &PARTS[1..] {
        for group in all.chunks(90) {
            for at in 0.. {
                connection.execute_batch("BEGIN").expect("begun");
                let mut changed = Vec::new();
                for seq in group {
                    let value = get(&connection, part, *seq);
                    if let Some(other) = flipped(&value, at) {
                        put(&connection, part, *seq, &other);
                        changed.push((*seq, value));
                    }
                }
                connection.execute_batch("COMMIT").expect("committed");
                if changed.is_empty() {
                    break;
                }
                let found = bench.verify_findings().unwrap_or_default();
                connection.execute_batch("BEGIN").expect("begun");
                for (seq, value) in &changed {
                    let name = format!("event {seq}: ");
                    if !found.iter().any(|finding| finding.starts_with(&name)) {
                        passed.push(format!("{part} of {seq}, byte {at}"));
                    }
                    put(&connection, part, *seq, value);
                }
                connection.execute_batch("COMMIT").expect("as before");
            }
        }
    }
    assert!(
        passed.is_empty(),
        "{} passed: {:#?}",
        passed.len(),
        &passed[..passed.len().min(20)]
    );
    assert_eq!(bench.verify_findings(), None);
}

/// Each byte of the records of every kind of event.
#[test]
fn any_flipped_byte_in_a_record_is_detected() {
    let store = copy();
    let bench = InProcessStore::new(&store);
    let connection = database(&store);
    connection
        .execute_batch("PRAGMA synchronous=OFF")
        .expect("fast");
    let mut passed = Vec::new();
    let mut count = 0;
    for (n, seq) in kinds(&connection).into_iter().enumerate() {
        let value = get(&connection, "record", seq);
        // Every byte of a few records, and every seventh of the others.
        let (start, step) = if n % 8 == 0 { (0, 1) } else { (n % 7, 7) };
        for at in (start..).step_by(step) {
            let Some(other) = flipped(&value, at) else {
                break;
            };
            put(&connection, "record", seq, &other);
            count += 1;
            if bench.verify_findings().is_none() {
                passed.push(format!("record of {seq}, byte {at}"));
            }
        }
        put(&connection, "record", seq, &value);
    }
    assert!(count > 1000);
    assert!(passed.is_empty(), "of {count}: {passed:#?}");
    assert_eq!(bench.verify_findings(), None);
}

/// The pages that hold the log's tables and indexes.
fn pages(connection: &Connection) -> Vec<usize> {
    let sql = "SELECT pageno FROM dbstat WHERE name LIKE '%audit%' ORDER BY pageno";
    let mut statement = connection.prepare(sql).expect("dbstat");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|page: rusqlite::Result<i64>| usize::try_from(page.expect("a page")).expect("small"))
        .collect()
}

/// Bytes of the database file. Unused bytes of a page may have any value: if
/// nothing is detected, everything must still be read and found as before.
#[test]
fn flipped_bytes_in_the_database_file_are_detected_or_harmless() {
    let store = copy();
    flush_wal(&store);
    let before = dump(&database(&store));
    let pages = pages(&database(&store));
    let sound = fs::read(path(&store)).expect("a database");
    let size = sound.len() / {
        let pages: i64 = database(&store)
            .query_row("PRAGMA page_count", [], |row| row.get(0))
            .expect("a number");
        usize::try_from(pages).expect("small")
    };
    let mut passed = Vec::new();
    let mut count = 0;
    for page in pages {
        // The page header and its pointers, and some of the rest.
        let offsets = (0..64)
            .step_by(5)
            .chain((64 + page % 89..size).step_by(389));
        for offset in offsets {
            let mut bytes = sound.clone();
            bytes[(page - 1) * size + offset] ^= 1 << ((page + offset) % 8);
            for other in ["lac.db-wal", "lac.db-shm"] {
                let _ = fs::remove_file(store.dir().join(other));
            }
            fs::write(path(&store), &bytes).expect("written");
            count += 1;
            let bench = InProcessStore::new(&store);
            if bench.verify_findings().is_none() && !is_as_before(&store, &before) {
                passed.push(format!("page {page} byte {offset}"));
            }
        }
    }
    assert!(count > 500, "{count}");
    assert!(passed.is_empty(), "of {count}: {passed:#?}");
}

/// The successful verification has added its own event.
fn is_as_before(store: &crate::support::TestStore, before: &[String]) -> bool {
    let connection = database(store);
    let after = dump(&connection);
    let is_event = |line: &&String| line.starts_with("audit_event");
    let events = |lines: &[String]| lines.iter().filter(is_event).cloned().collect::<Vec<_>>();
    let (before, after) = (events(before), events(&after));
    after.len() == before.len() + 1
        && after[..before.len()] == before[..]
        && (0..before.len()).all(|at| {
            // Each is also found by its sequence number.
            let seq = before[at].split(['(', ')']).nth(1).expect("a number");
            let sql = format!("SELECT count(*) FROM audit_event WHERE seq = {seq}");
            connection.query_row(&sql, [], |row| row.get(0)) == Ok(1)
        })
}
