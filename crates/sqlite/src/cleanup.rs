//! Taking out of the file what is no longer to be in it. All of it runs under
//! the writer's lock.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use memchr::memmem::Finder;
use rusqlite::Connection;

use super::rows;
use lac_model::fault::Fault;
use lac_store::Result;

/// How long readers of older pages are waited for.
const READER_TIMEOUT: Duration = Duration::from_secs(2);

/// Removes at most `most` archived events; how many.
pub fn remove_archived_events(conn: &Connection, most: usize) -> Result<u64> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let removed = conn
        .execute(
            "DELETE FROM audit_event NOT INDEXED WHERE seq IN (\
             SELECT seq FROM audit_event NOT INDEXED WHERE seq <= coalesce((\
             SELECT last FROM audit_archive NOT INDEXED ORDER BY first DESC LIMIT 1), 0) \
             ORDER BY seq LIMIT ?1)",
            [most],
        )
        .map_err(rows::to_fault)?;
    Ok(removed as u64)
}

/// Copies the write-ahead log back and empties it; `false` if somebody still
/// reads older pages from it after a while.
pub fn truncate_wal(conn: &Connection, timeout: Duration) -> Result<bool> {
    let patience = timeout.min(READER_TIMEOUT);
    conn.busy_timeout(patience).map_err(rows::to_fault)?;
    let busy: rusqlite::Result<i64> =
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    conn.busy_timeout(timeout).map_err(rows::to_fault)?;
    Ok(busy.map_err(rows::to_fault)? == 0)
}

/// Builds the file anew where one of these words is still somewhere in it.
/// `secure_delete` overwrites what is deleted, but not what was left behind
/// when a page was divided.
pub fn rebuild_if_found(
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

/// Builds the file anew; `false` if somebody still reads the old one after a
/// while.
pub fn rebuild(conn: &Connection, path: &Path, timeout: Duration) -> Result<bool> {
    // The copy in between lies beside the database, which is as private, and
    // not in memory.
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

/// Whether a file holds any of these words, in capitals or not. Words are in
/// small letters.
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
        // A word may lie across two readings.
        let keep = longest.min(end);
        bytes.copy_within(end - keep..end, 0);
        kept = keep;
    }
}
