//! Numbered SQL files, forward only, applied in one exclusive transaction.

use rusqlite::Connection;

use super::lock::WriterLock;
use super::{SqliteStore, rows, schema};
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

/// Applies what is missing. What is there must be what the migrations before
/// have made.
///
/// # Errors
/// `store_newer` for a store that a newer program has touched;
/// `schema_tampered`.
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
    schema::check(conn, from)?;
    migrate(conn, from, SCHEMA)?;
    schema::check(conn, SCHEMA)
}

/// Makes the schema of this version in an empty database.
pub fn make(conn: &Connection, version: i64) -> Result<()> {
    migrate(conn, 0, version)
}

fn migrate(conn: &Connection, from: i64, to: i64) -> Result<()> {
    let known = |version| usize::try_from(version).unwrap_or(0).min(MIGRATIONS.len());
    for sql in &MIGRATIONS[known(from)..known(to)] {
        conn.execute_batch(sql).map_err(rows::fault)?;
    }
    conn.pragma_update(None, "user_version", to)
        .map_err(rows::fault)
}
