//! What is accepted must be what SQLite finds, whatever bytes were changed.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};

use super::{Halt, IndexEntries, IndexRoot, TableScan, leaves_outside};
use lac_store::{Cell, TreeEvidence};

/// Columns without a type, so that every value is allowed in them.
const SCHEMA: &str = "PRAGMA page_size=512; PRAGMA journal_mode=WAL; \
    CREATE TABLE item (k INTEGER PRIMARY KEY, name, rest); \
    CREATE INDEX item_name ON item (name, k); \
    CREATE INDEX item_rest ON item (rest, k) WHERE rest IS NOT NULL;";
const INDEXES: [&str; 2] = ["item_name", "item_rest"];
const ALL_KEYS: [i64; 2] = [i64::MIN, i64::MAX];

type Row = (i64, String, String);

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("small")
    }
}

fn open(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).expect("opened")
}

/// A table with short and long rows, numbers of each size, gaps, free blocks and
/// pages in the write-ahead log.
fn filled(dir: &Path) -> (PathBuf, Connection) {
    let path = dir.join("items.db");
    let conn = Connection::open(&path).expect("created");
    conn.execute_batch(SCHEMA).expect("schema");
    let mut numbers = Numbers(7);
    conn.execute_batch("BEGIN").expect("begun");
    for k in 1..=400_i64 {
        let mut insert = conn
            .prepare_cached("INSERT INTO item VALUES (?1, ?2, ?3)")
            .expect("sql");
        let name = ["", "ann", "bea", "ünal", "a name that is longer"][numbers.below(5)];
        let size = 1_i64 << numbers.below(62);
        match numbers.below(8) {
            0 => insert.execute(params![k, name, "x".repeat(numbers.below(90))]),
            1 => insert.execute(params![k, None::<i64>, [k.to_le_bytes()[0]; 40]]),
            2 => insert.execute(params![k, name, -size]),
            3 => insert.execute(params![k, size, size % 2]),
            _ => insert.execute(params![k, name, None::<i64>]),
        }
        .expect("inserted");
    }
    conn.execute_batch("DELETE FROM item WHERE k % 7 = 3; COMMIT; PRAGMA wal_checkpoint")
        .expect("committed");
    conn.execute_batch(
        "DELETE FROM item WHERE k % 11 = 5; INSERT INTO item VALUES (500, 'new', 1)",
    )
    .expect("in the log");
    (path, conn)
}

fn with_sql(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<Row>> {
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let cell = |at| Ok::<_, rusqlite::Error>(format!("{:?}", row.get_ref(at)?));
        Ok((row.get(0)?, cell(1)?, cell(2)?))
    })?;
    rows.collect()
}

/// As rusqlite's `ValueRef` shows it.
fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "Null".to_owned(),
        Cell::Integer(number) => format!("Integer({number})"),
        Cell::Real(number) => format!("Real({number})"),
        Cell::Text(bytes) => format!("Text({bytes:?})"),
        Cell::Blob(bytes) => format!("Blob({bytes:?})"),
    }
}

/// The rows and the evidence; `None` if something was unusual.
fn from_pages(conn: &Connection, range: [i64; 2]) -> Option<(Vec<Row>, TreeEvidence)> {
    let mut rows = Vec::new();
    let mut evidence = TreeEvidence::default();
    let scan = TableScan::<3>::new(conn, "item", range).ok()?;
    let part = scan.run(&mut |key, [_, name, rest]| {
        rows.push((key, shown(*name), shown(*rest)));
        Ok(())
    });
    evidence.add(Some(part.ok()?));
    Some((rows, evidence))
}

/// The entries of both indexes; `None` if something was unusual.
fn entries_from_pages(conn: &Connection) -> Option<[Vec<(String, i64)>; 2]> {
    let mut entries = IndexEntries::new(conn).ok()?;
    let mut all = [Vec::new(), Vec::new()];
    for (name, list) in INDEXES.into_iter().zip(&mut all) {
        let read = entries.read(IndexRoot(name), &mut |value, row| {
            list.push((shown(value), row));
            Ok(())
        });
        read.ok()?;
    }
    entries.are_pages_distinct().then_some(all)
}

fn entries_with_sql(conn: &Connection) -> rusqlite::Result<[Vec<(String, i64)>; 2]> {
    let of = |sql| {
        let rows = with_sql(conn, sql)?.into_iter();
        Ok::<_, rusqlite::Error>(rows.map(|(k, value, _)| (value, k)).collect())
    };
    Ok([
        of("SELECT k, name, 0 FROM item INDEXED BY item_name ORDER BY name, k")?,
        of(
            "SELECT k, rest, 0 FROM item INDEXED BY item_rest WHERE rest IS NOT NULL ORDER BY rest, k",
        )?,
    ])
}

fn quick_check(conn: &Connection) -> String {
    conn.query_row("PRAGMA quick_check(item)", [], |row| row.get(0))
        .unwrap_or_else(|e| e.to_string())
}

#[test]
fn pages_give_what_sqlite_gives() {
    let dir = tempfile::tempdir().expect("dir");
    let (_, conn) = filled(dir.path());
    let all = with_sql(&conn, "SELECT k, name, rest FROM item ORDER BY k").expect("rows");
    let mut numbers = Numbers(3);
    for _ in 0..200 {
        let first = i64::try_from(numbers.below(520)).expect("small");
        let last = first + i64::try_from(numbers.below(520)).expect("small");
        let (rows, evidence) = from_pages(&conn, [first, last]).expect("usual");
        let expected = all.iter().filter(|row| (first..=last).contains(&row.0));
        assert_eq!(rows, expected.cloned().collect::<Vec<_>>());
        let mut evidence = evidence;
        assert!(!evidence.clone().is_complete(), "the indexes were not read");
        evidence.add_indexes();
        assert!(evidence.is_complete());
    }
    assert_eq!(entries_from_pages(&conn), entries_with_sql(&conn).ok());
    assert_eq!(leaves_outside(&conn, "item", ALL_KEYS), Ok(false));
    assert_eq!(leaves_outside(&conn, "item", [1, 500]), Ok(false));
    assert_eq!(leaves_outside(&conn, "item", [200, 500]), Ok(true));
    assert_eq!(leaves_outside(&conn, "item", [1, 300]), Ok(true));
}

/// As archived events are removed: from the front, some at a time.
#[test]
fn removed_rows_leave_nothing_unusual() {
    let dir = tempfile::tempdir().expect("dir");
    let (_, conn) = filled(dir.path());
    let mut numbers = Numbers(5);
    let mut first = 1;
    while first < 500 {
        first += 1 + i64::try_from(numbers.below(9)).expect("small");
        conn.execute("DELETE FROM item WHERE k < ?1", [first])
            .expect("deleted");
        conn.execute("UPDATE item SET rest = NULL WHERE k = ?1", [first + 3])
            .expect("updated");
        let (rows, _) = from_pages(&conn, [first, i64::MAX]).expect("usual");
        let sql = "SELECT k, name, rest FROM item ORDER BY k";
        assert_eq!(rows, with_sql(&conn, sql).expect("rows"));
        assert_eq!(entries_from_pages(&conn), entries_with_sql(&conn).ok());
        assert_eq!(
            leaves_outside(&conn, "item", [first, 500]),
            Ok(false),
            "{first}"
        );
    }
}

#[test]
fn an_error_of_the_caller_is_returned() {
    let dir = tempfile::tempdir().expect("dir");
    let (_, conn) = filled(dir.path());
    let scan = TableScan::<3>::new(&conn, "item", ALL_KEYS).expect("usual");
    let fault = lac_model::fault::Fault::internal("enough");
    let ended = scan.run(&mut |_, _| Err(fault.clone()));
    assert!(matches!(ended, Err(Halt::Failed(same)) if same == fault));
}

/// The database of [`filled`] as one file, without a write-ahead log.
fn filled_file(dir: &Path) -> (PathBuf, Vec<u8>) {
    let (path, conn) = filled(dir);
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE")
        .expect("in the file");
    drop(conn);
    let bytes = std::fs::read(&path).expect("bytes");
    (path, bytes)
}

/// Changes one byte at a time. If the pages are accepted, then SQLite finds
/// nothing wrong, reads the same, and every lookup finds the same.
#[test]
fn a_changed_byte_is_unusual_or_harmless() {
    let dir = tempfile::tempdir().expect("dir");
    let (path, sound) = filled_file(dir.path());
    let pages = sound.len() / 512;
    let (mut numbers, mut accepted, mut unusual) = (Numbers(11), 0, 0);
    for round in 0..1_500 {
        let mut bytes = sound.clone();
        // Page 1 is the schema's. Half of the changes are in the headers.
        let span = if round % 2 == 0 { 512 } else { 40 };
        let at = (1 + numbers.below(pages - 1)) * 512 + numbers.below(span);
        let value = [
            bytes[at] ^ (1 << numbers.below(8)),
            bytes[at].wrapping_add(1),
            numbers.below(256).to_le_bytes()[0],
        ][numbers.below(3)];
        if value == bytes[at] {
            continue;
        }
        bytes[at] = value;
        std::fs::write(&path, &bytes).expect("written");
        let conn = open(&path);
        let what = format!("byte {} of page {} is {value}", at % 512, at / 512 + 1);
        let evidence = from_pages(&conn, ALL_KEYS).zip(entries_from_pages(&conn));
        let Some(((rows, mut evidence), entries)) = evidence else {
            unusual += 1;
            continue;
        };
        evidence.add_indexes();
        let is_complete = evidence.is_complete();
        let sql = "SELECT k, name, rest FROM item NOT INDEXED ORDER BY k";
        assert_eq!(Ok(&rows), with_sql(&conn, sql).as_ref(), "{what}");
        assert_eq!(Ok(&entries), entries_with_sql(&conn).as_ref(), "{what}");
        let found = quick_check(&conn);
        if is_complete && rows.len() == entries[0].len() {
            assert_eq!(found, "ok", "{what}");
            accepted += 1;
        }
        let mut one = conn
            .prepare("SELECT k FROM item WHERE k = ?1")
            .expect("sql");
        for (key, ..) in &rows {
            assert!(one.exists([key]).unwrap_or(false), "{what}: row {key}");
        }
    }
    assert!(accepted > 100 && unusual > 100, "{accepted}, {unusual}");
}

/// A key in an inner page leads lookups away from a row that a read of the
/// whole table finds.
#[test]
fn a_key_that_misleads_lookups_is_unusual() {
    let dir = tempfile::tempdir().expect("dir");
    let (path, sound) = filled_file(dir.path());
    let mut hidden = 0;
    for page in 1..sound.len() / 512 {
        let start = page * 512;
        if sound[start] != 0x05 {
            continue;
        }
        let count = u16::from_be_bytes([sound[start + 3], sound[start + 4]]);
        for at in 0..usize::from(count) {
            let pointer = start + 12 + 2 * at;
            let cell = u16::from_be_bytes([sound[pointer], sound[pointer + 1]]);
            // The last byte of the key: one less hides the left child's last
            // row.
            let mut key = start + usize::from(cell) + 4;
            while sound[key] >= 0x80 {
                key += 1;
            }
            let mut bytes = sound.clone();
            bytes[key] = bytes[key].wrapping_sub(1) & 0x7f;
            std::fs::write(&path, &bytes).expect("written");
            let conn = open(&path);
            let is_usual = from_pages(&conn, ALL_KEYS).is_some();
            if quick_check(&conn) != "ok" {
                assert!(!is_usual, "page {page}, key {at}");
                hidden += 1;
            }
        }
    }
    assert!(hidden > 10, "{hidden}");
}

/// Two rows whose rest is in the same page: erasing one would damage the other.
#[test]
fn a_page_of_two_rows_is_no_evidence() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("items.db");
    let conn = Connection::open(&path).expect("created");
    conn.execute_batch(&SCHEMA.replace("WAL", "DELETE"))
        .expect("schema");
    conn.execute_batch(
        "INSERT INTO item VALUES (1, 'a', NULL), (2, 'b', NULL); \
         DROP INDEX item_name; DROP INDEX item_rest; \
         UPDATE item SET rest = zeroblob(1050);",
    )
    .expect("filled");
    let root: u32 = conn
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'item'",
            [],
            |row| row.get(0),
        )
        .expect("root");
    let complete = |conn: &Connection| {
        let (_, mut evidence) = from_pages(conn, ALL_KEYS).expect("usual");
        evidence.add_indexes();
        evidence.is_complete()
    };
    assert!(complete(&conn));
    drop(conn);
    let mut bytes = std::fs::read(&path).expect("bytes");
    let start = (root as usize - 1) * 512;
    let cell = |at: usize| {
        let pointer = start + 8 + 2 * at;
        start + usize::from(u16::from_be_bytes([bytes[pointer], bytes[pointer + 1]]))
    };
    // Two bytes of length, one of key, and what is kept of 1,056 bytes.
    let (first, second) = (cell(0), cell(1));
    let kept = 39 + (1056 - 39) % 508;
    let link = |cell: usize| cell + 3 + kept..cell + 7 + kept;
    let page = bytes[link(first)].to_vec();
    bytes[link(second)].copy_from_slice(&page);
    std::fs::write(&path, &bytes).expect("written");
    let conn = open(&path);
    assert!(!complete(&conn));
    assert!(
        quick_check(&conn).contains("2nd reference"),
        "{}",
        quick_check(&conn)
    );
}
