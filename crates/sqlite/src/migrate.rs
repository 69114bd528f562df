//! Migrations: numbered SQL files, forward only, applied in one exclusive
//! transaction.

use rusqlite::Connection;

use super::lock::WriterLock;
use super::migrations::{SCHEMA_VERSION, migrate};
use super::{SqliteStore, rows, schema};
use lac_model::fault::Fault;
use lac_store::Result;

pub(crate) fn schema_version(conn: &Connection) -> Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(rows::to_fault)
}

/// Applies the missing migrations, after a check that the present schema is the
/// one that the earlier ones create.
pub(crate) fn migrate_to_latest(store: &SqliteStore) -> Result<()> {
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

/// Whether the store has this program's schema version. Fails with
/// `store_newer` if a newer program has changed it.
pub(crate) fn is_up_to_date(store: &SqliteStore) -> Result<bool> {
    is_latest(schema_version(&store.conn)?)
}

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
    // Another process may have applied them in the meantime.
    let from = schema_version(conn)?;
    if is_latest(from)? {
        return Ok(());
    }
    schema::check(conn, from)?;
    migrate(conn, from, SCHEMA_VERSION)?;
    schema::check(conn, SCHEMA_VERSION)
}
