//! Numbered SQL files, forward only, applied in one exclusive transaction.

use rusqlite::Connection;

use super::lock::WriterLock;
use super::{SqliteStore, rows};
use crate::domain::fault::Fault;
use crate::store::Result;

const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_foundation.sql")];

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
