//! What is kept of the actions that storefronts report.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::rows;
use lac_model::bounded::ActionId;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::time::Timestamp;
use lac_store::Result;

pub(super) fn digest(
    conn: &Connection,
    session: &SessionId,
    id: &ActionId,
) -> Result<Option<[u8; 32]>> {
    let sql = "SELECT digest FROM session_action WHERE session_id = ?1 AND action_id = ?2";
    let mut statement = conn.prepare_cached(sql).map_err(rows::to_fault)?;
    statement
        .query_row([session.as_str(), id.as_str()], |row| row.get(0))
        .optional()
        .map_err(rows::to_fault)
}

pub(super) fn count(conn: &Connection, session: &SessionId) -> Result<u64> {
    let sql = "SELECT count(*) FROM session_action WHERE session_id = ?1";
    let mut statement = conn.prepare_cached(sql).map_err(rows::to_fault)?;
    let count: i64 = statement
        .query_row([session.as_str()], |row| row.get(0))
        .map_err(rows::to_fault)?;
    Ok(count.unsigned_abs())
}

pub(super) fn add(
    conn: &Connection,
    session: &SessionId,
    id: &ActionId,
    digest: &[u8; 32],
    at: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO session_action (session_id, action_id, digest, reported_at) \
               VALUES (?1, ?2, ?3, ?4)";
    let mut statement = conn.prepare_cached(sql).map_err(rows::to_fault)?;
    statement
        .execute(params![session.as_str(), id.as_str(), digest, at.micros()])
        .map_err(rows::to_fault)?;
    Ok(())
}

pub(super) fn note_full(conn: &Connection, session: &SessionId) -> Result<bool> {
    let sql = "UPDATE session SET reports_full = 1 WHERE id = ?1 AND reports_full = 0";
    let changed = conn
        .execute(sql, [session.as_str()])
        .map_err(rows::to_fault)?;
    Ok(changed == 1)
}

pub(super) fn prune(conn: &Connection, before: Timestamp) -> Result<()> {
    let sql = "DELETE FROM session_action WHERE reported_at < ?1";
    let mut statement = conn.prepare_cached(sql).map_err(rows::to_fault)?;
    statement
        .execute([before.micros()])
        .map_err(rows::to_fault)?;
    Ok(())
}

pub(super) fn erase(conn: &Connection, id: CustomerId) -> Result<()> {
    let sql = "DELETE FROM session_action WHERE session_id IN \
               (SELECT id FROM session WHERE customer_id = ?1)";
    conn.execute(sql, [id.to_stored()])
        .map_err(rows::to_fault)?;
    Ok(())
}
