//! Taking out of the file what is no longer to be in it. Both run under the
//! writer's lock.

use std::time::Duration;

use rusqlite::Connection;

use super::rows;
use crate::store::Result;

/// How long readers of older pages are waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Removes at most `most` archived events; how many.
pub fn some(conn: &Connection, most: usize) -> Result<u64> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let removed = conn
        .execute(
            "DELETE FROM audit_event WHERE seq IN (SELECT seq FROM audit_event \
             WHERE seq <= (SELECT coalesce(max(last), 0) FROM audit_archive) \
             ORDER BY seq LIMIT ?1)",
            [most],
        )
        .map_err(rows::fault)?;
    Ok(removed as u64)
}

/// Copies the write-ahead log back and empties it; `false` if somebody still
/// reads older pages from it after a while.
pub fn empty_wal(conn: &Connection, timeout: Duration) -> Result<bool> {
    let patience = timeout.min(PATIENCE);
    conn.busy_timeout(patience).map_err(rows::fault)?;
    let busy: rusqlite::Result<i64> =
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    conn.busy_timeout(timeout).map_err(rows::fault)?;
    Ok(busy.map_err(rows::fault)? == 0)
}
