//! Whether what is looked up is what is there. Reading a table from end to end
//! follows its pages, looking up a row the numbers between them: a file in
//! which only these were changed would hide a row from whoever asks for it.

use rusqlite::Connection;

use super::super::rows;
use crate::store::Result;

/// The check of each table. The large one's indexes are compared with its rows
/// by whoever verifies, entry by entry and in their order, which costs less.
const CHECKS: [(&str, &str); 4] = [
    ("quick_check", "audit_event"),
    ("integrity_check", "audit_head"),
    ("integrity_check", "audit_subtree"),
    ("integrity_check", "audit_archive"),
];

/// What is wrong, if anything is.
pub fn problem(conn: &Connection) -> Result<Option<String>> {
    let least: Option<i64> = conn
        .query_row("SELECT min(seq) FROM audit_event", [], |row| row.get(0))
        .map_err(rows::fault)?;
    if let Some(seq) = least.filter(|seq| *seq < 1) {
        return Ok(Some(format!("an event with the number {seq} is stored")));
    }
    for (check, table) in CHECKS {
        let said: String = conn
            .query_row(&format!("PRAGMA {check}({table})"), [], |row| row.get(0))
            .map_err(rows::fault)?;
        if said != "ok" {
            return Ok(Some(format!("{table}: {said}")));
        }
    }
    Ok(None)
}
