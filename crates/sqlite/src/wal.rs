//! The write-ahead log, kept short.

use std::time::Duration;

use rusqlite::Connection;

/// A WAL larger than this (bytes) is emptied after a commit: about 128 pages.
const MAX_WAL_BYTES: u64 = 512 * 1024;

/// Empties a WAL that has grown. SQLite's own automatic checkpoint never
/// does where each process makes one commit: what was copied back is
/// forgotten when the last process leaves, so the WAL would only grow and
/// be copied again by every commit. Readers are not waited for; whoever
/// commits next tries again.
pub fn truncate_if_large(conn: &Connection, timeout: Duration) {
    let size = conn
        .path()
        .map(|path| format!("{path}-wal"))
        .and_then(|wal| std::fs::metadata(wal).ok().map(|meta| meta.len()));
    if size.is_none_or(|size| size < MAX_WAL_BYTES) {
        return;
    }
    let trimmed = || -> rusqlite::Result<()> {
        conn.busy_timeout(Duration::ZERO)?;
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    };
    // What could not be trimmed is still safe in the WAL.
    let _ = trimmed();
    let _ = conn.busy_timeout(timeout);
}
