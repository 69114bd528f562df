//! Keeps the write-ahead log (WAL) short.

use std::time::Duration;

use rusqlite::Connection;

/// A larger WAL (in bytes, about 128 pages) is truncated after a commit.
const MAX_WAL_BYTES: u64 = 512 * 1024;

/// Truncates the WAL if it has become large. SQLite's automatic checkpoint does
/// not help where each process makes one commit: when the last process closes
/// the file, SQLite forgets which pages it has copied. The WAL would only grow,
/// and every commit would copy it again. Readers are not waited for; the next
/// commit tries again.
pub(crate) fn truncate_if_large(conn: &Connection, timeout: Duration) {
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
    // A failure can be ignored: the data is safe in the WAL.
    let _ = trimmed();
    let _ = conn.busy_timeout(timeout);
}
