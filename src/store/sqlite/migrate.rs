//! Numbered SQL files, forward only, applied in one exclusive transaction.

use rusqlite::Connection;

use super::lock::WriterLock;
use super::{SqliteStore, rows};
use crate::domain::fault::Fault;
use crate::store::Result;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_foundation.sql"),
    include_str!("migrations/0002_archives.sql"),
    include_str!("migrations/0003_access.sql"),
    include_str!("migrations/0004_trust.sql"),
];

/// The schema this program knows.
#[allow(clippy::cast_possible_wrap)]
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// The schema's number as found in the file.
pub fn found(conn: &Connection) -> Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(rows::fault)
}

/// Applies what is missing.
///
/// # Errors
/// `store_newer` for a store that a newer program has touched.
pub fn bring_up_to_date(store: &SqliteStore) -> Result<()> {
    if is_up_to_date(store)? {
        return Ok(());
    }
    let _lock = WriterLock::take(&store.lock, store.timeout)?;
    store
        .conn
        .execute_batch("BEGIN EXCLUSIVE")
        .map_err(rows::fault)?;
    let applied = apply(&store.conn);
    let end = if applied.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    store.conn.execute_batch(end).map_err(rows::fault)?;
    applied
}

/// Whether the schema is this program's.
///
/// # Errors
/// `store_newer`.
pub fn is_up_to_date(store: &SqliteStore) -> Result<bool> {
    check(found(&store.conn)?)
}

/// Whether nothing is missing.
fn check(found: i64) -> Result<bool> {
    if found > SCHEMA {
        return Err(Fault::StoreNewer {
            found,
            known: SCHEMA,
        });
    }
    Ok(found == SCHEMA)
}

fn apply(conn: &Connection) -> Result<()> {
    // Somebody else may have been quicker.
    let from = found(conn)?;
    if check(from)? {
        return Ok(());
    }
    let from = usize::try_from(from).map_err(Fault::internal)?;
    for sql in &MIGRATIONS[from..] {
        conn.execute_batch(sql).map_err(rows::fault)?;
    }
    conn.pragma_update(None, "user_version", SCHEMA)
        .map_err(rows::fault)
}

/// What differs between the tables and indexes as they are and as the
/// migrations make them; `None` if nothing does.
pub fn differs(conn: &Connection) -> Result<Option<String>> {
    let fresh = Connection::open_in_memory().map_err(rows::fault)?;
    apply(&fresh)?;
    let (wanted, found) = (objects(&fresh)?, objects(conn)?);
    let missing = wanted.iter().find(|object| !found.contains(object));
    let added = found.iter().find(|object| !wanted.contains(object));
    Ok(match (missing, added) {
        (None, None) => None,
        (Some(object), _) => Some(format!("{} is missing or defined otherwise", object[0])),
        (None, Some(object)) => Some(format!("{} was added", object[0])),
    })
}

/// Name, type, table and definition of everything that is defined.
fn objects(conn: &Connection) -> Result<Vec<[String; 4]>> {
    let mut statement = conn
        .prepare(
            "SELECT name, type, tbl_name, coalesce(sql, '') FROM sqlite_schema \
             WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
        )
        .map_err(rows::fault)?;
    rows::collect(statement.query([]).map_err(rows::fault)?, |row| {
        Ok([
            rows::get(row, 0)?,
            rows::get(row, 1)?,
            rows::get(row, 2)?,
            rows::get(row, 3)?,
        ])
    })
}
