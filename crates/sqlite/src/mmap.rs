//! Reads through a memory mapping of the file instead of copying its pages.
//! That halves the system's time for a long read.
//!
//! Pages that were read through a mapping count as this process's memory until
//! they are unmapped, so each of many short reads gets its own mapping. It is
//! for reads only: if the disk fails, the process ends with SIGBUS instead of
//! an error, and writes must not depend on that.

use rusqlite::Connection;

use super::rows;
use lac_store::Result;

/// The largest number of events to read through one mapping: some MiB.
const MAX_SEQS: u64 = 4096;

/// The largest part of a file that SQLite is built to map. The rest is read as
/// usual.
const ENABLE_MMAP: &str = "PRAGMA mmap_size=1099511627776";
const DISABLE_MMAP: &str = "PRAGMA mmap_size=0";

/// A mapping, until it is dropped.
#[derive(Debug)]
pub(crate) struct MmapGuard<'c> {
    conn: Option<&'c Connection>,
}

impl<'c> MmapGuard<'c> {
    /// Maps the file for reading the events of these seqs (both included),
    /// unless they are too many.
    pub(crate) fn new(conn: &'c Connection, [first, last]: [i64; 2]) -> Result<Self> {
        if last.abs_diff(first) >= MAX_SEQS {
            return Ok(Self { conn: None });
        }
        conn.execute_batch(ENABLE_MMAP).map_err(rows::to_fault)?;
        Ok(Self { conn: Some(conn) })
    }
}

impl Drop for MmapGuard<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn {
            // Can be ignored: the mapping ends with the connection.
            let _ = conn.execute_batch(DISABLE_MMAP);
        }
    }
}
