//! Numbered SQL files, forward only, applied in one exclusive transaction.

use rusqlite::Connection;

use super::lock::WriterLock;
use super::migrations::{SCHEMA, migrate};
use super::{SqliteStore, rows, schema};
use lac_model::fault::Fault;
use lac_store::Result;

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
