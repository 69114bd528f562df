//! Removes deleted data from the database's files. The caller holds the write
//! lock.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use memchr::memmem::Finder;
use rusqlite::Connection;

use super::rows;
use lac_model::fault::Fault;
use lac_store::Result;

/// How long to wait for readers of old pages.
const READER_TIMEOUT: Duration = Duration::from_secs(2);

/// Deletes at most `max` archived events, and returns how many.
pub(crate) fn remove_archived_events(conn: &Connection, max: usize) -> Result<u64> {
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let removed = conn
        .execute(
            "DELETE FROM audit_event NOT INDEXED WHERE seq IN (\
             SELECT seq FROM audit_event NOT INDEXED WHERE seq <= coalesce((\
             SELECT last FROM audit_archive NOT INDEXED ORDER BY first DESC LIMIT 1), 0) \
             ORDER BY seq LIMIT ?1)",
            [max],
        )
        .map_err(rows::to_fault)?;
    Ok(removed as u64)
}

/// Copies the write-ahead log into the database and truncates it. `false` if a
/// reader still uses old pages after [`READER_TIMEOUT`].
pub(crate) fn truncate_wal(conn: &Connection, timeout: Duration) -> Result<bool> {
    let wait = timeout.min(READER_TIMEOUT);
    conn.busy_timeout(wait).map_err(rows::to_fault)?;
    let busy: rusqlite::Result<i64> =
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    conn.busy_timeout(timeout).map_err(rows::to_fault)?;
    Ok(busy.map_err(rows::to_fault)? == 0)
}

/// Rebuilds the file if it still contains one of these words. `secure_delete`
/// overwrites deleted rows, but not the copies that remain when SQLite splits a
/// page.
pub(crate) fn rebuild_if_found(
    conn: &Connection,
    path: &Path,
    words: &[String],
    timeout: Duration,
) -> Result<bool> {
    if words.is_empty() || !file_contains_any(path, words)? {
        return Ok(true);
    }
    rebuild(conn, path, timeout)
}

/// Rebuilds the file. `false` if a reader still uses it after the timeout.
pub(crate) fn rebuild(conn: &Connection, path: &Path, timeout: Duration) -> Result<bool> {
    // Write the temporary copy beside the database, which is as private,
    // instead of keeping it in memory.
    let beside = path.parent().unwrap_or(Path::new("."));
    conn.pragma_update(None, "temp_store_directory", beside.display().to_string())
        .and_then(|()| conn.pragma_update(None, "temp_store", "FILE"))
        .map_err(rows::to_fault)?;
    conn.busy_timeout(timeout.min(READER_TIMEOUT))
        .map_err(rows::to_fault)?;
    let rebuilt = conn.execute_batch("VACUUM");
    conn.busy_timeout(timeout).map_err(rows::to_fault)?;
    conn.execute_batch("PRAGMA temp_store=MEMORY")
        .map_err(rows::to_fault)?;
    match rebuilt.map_err(rows::to_fault) {
        Ok(()) => truncate_wal(conn, timeout),
        Err(Fault::Busy { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Whether a file contains one of these words (in lower case), without regard
/// to case.
fn file_contains_any(path: &Path, words: &[String]) -> Result<bool> {
    let finders: Vec<Finder<'_>> = words
        .iter()
        .map(|word| Finder::new(word.as_bytes()))
        .collect();
    let longest = words.iter().map(String::len).max().unwrap_or(0);
    let io = |e| Fault::io(path.display(), e);
    let mut file = File::open(path).map_err(io)?;
    let mut bytes = vec![0; 1 << 20];
    let mut kept = 0;
    loop {
        let read = file.read(&mut bytes[kept..]).map_err(io)?;
        if read == 0 {
            return Ok(false);
        }
        let end = kept + read;
        bytes[kept..end].make_ascii_lowercase();
        if finders
            .iter()
            .any(|finder| finder.find(&bytes[..end]).is_some())
        {
            return Ok(true);
        }
        // A word may begin in one block and end in the next.
        let keep = longest.min(end);
        bytes.copy_within(end - keep..end, 0);
        kept = keep;
    }
}
