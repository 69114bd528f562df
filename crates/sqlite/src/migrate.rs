//! Numbered SQL files, forward only, applied in one exclusive transaction.

use rusqlite::Connection;

use super::lock::WriterLock;
use super::migrations::{SCHEMA_VERSION, migrate};
use super::{SqliteStore, rows, schema};
use lac_model::fault::Fault;
use lac_store::Result;

/// The schema's number as found in the file.
pub fn schema_version(conn: &Connection) -> Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(rows::to_fault)
}

/// Applies what is missing. What is there must be what the migrations before
/// have made.
pub fn migrate_to_latest(store: &SqliteStore) -> Result<()> {
    if is_up_to_date(store)? {
        return Ok(());
    }
    let _lock = WriterLock::acquire(&store.lock_path, store.timeout)?;
    store
        .conn
        .execute_batch("BEGIN EXCLUSIVE")
        .map_err(rows::to_fault)?;
    let applied = apply_missing(&store.conn);
    let end = if applied.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    store.conn.execute_batch(end).map_err(rows::to_fault)?;
    applied
}

/// Whether the schema is this program's.
pub fn is_up_to_date(store: &SqliteStore) -> Result<bool> {
    is_latest(schema_version(&store.conn)?)
}

/// Whether nothing is missing.
fn is_latest(found: i64) -> Result<bool> {
    if found > SCHEMA_VERSION {
        return Err(Fault::StoreNewer {
            found,
            known: SCHEMA_VERSION,
        });
    }
    Ok(found == SCHEMA_VERSION)
}

fn apply_missing(conn: &Connection) -> Result<()> {
    // Somebody else may have been quicker.
    let from = schema_version(conn)?;
    if is_latest(from)? {
        return Ok(());
    }
    schema::check(conn, from)?;
    migrate(conn, from, SCHEMA_VERSION)?;
    schema::check(conn, SCHEMA_VERSION)
}
