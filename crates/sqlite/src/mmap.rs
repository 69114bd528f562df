//! Reading through a mapping of the file instead of copying its pages: half the
//! time that the system takes for a long read.
//!
//! What was read through a mapping counts as this process's memory until it is
//! unmapped, so one is made for each of many short reads and never for a long
//! one. Reading alone: a failing disk ends the process (SIGBUS) instead of
//! failing a call, and what is written must not depend on that.

use rusqlite::Connection;

use super::rows;
use lac_store::Result;

/// Seqs that may be read through one mapping: a few MiB.
const MAX_SEQS: u64 = 4096;

/// As much of the file as SQLite was built to map; the rest is read as always.
const ENABLE_MMAP: &str = "PRAGMA mmap_size=1099511627776";
const DISABLE_MMAP: &str = "PRAGMA mmap_size=0";

/// A mapping while it is wanted.
#[derive(Debug)]
pub struct MmapGuard<'c> {
    conn: Option<&'c Connection>,
}

impl<'c> MmapGuard<'c> {
    /// For reading the rows of these seqs (both ends included), unless they are
    /// too many.
    pub fn new(conn: &'c Connection, [first, last]: [i64; 2]) -> Result<Self> {
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
            // Nothing to do about it: it goes with the connection.
            let _ = conn.execute_batch(DISABLE_MMAP);
        }
    }
}
