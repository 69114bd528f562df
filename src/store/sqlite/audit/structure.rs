//! Whether what is looked up is what is there. Reading a table from end to end
//! follows its pages, looking up a row the numbers between them: a file in
//! which only these were changed would hide a row from whoever asks for it.

use rusqlite::Connection;

use super::super::rows;
use crate::store::Result;

/// With their indexes: an entry with a number more than its two would be found
/// by who reads all of them, and not by who looks it up.
const TABLES: [&str; 4] = [
    "audit_event",
    "audit_head",
    "audit_subtree",
    "audit_archive",
];

/// Rows where nobody looks, and what is said of them.
const COUNTS: [(&str, &str); 3] = [
    (
        "SELECT coalesce(min(seq), 1) < 1 FROM audit_event",
        "an event is stored below the first one",
    ),
    (
        "SELECT count(*) <> 1 FROM audit_head",
        "audit_head has other rows than its one",
    ),
    (
        "SELECT count(*) <> coalesce(max(idx), -1) + 1.0 FROM audit_subtree",
        "audit_subtree has other rows than one after the other",
    ),
];

/// What is wrong, if anything is.
pub fn problem(conn: &Connection) -> Result<Option<String>> {
    for (question, problem) in COUNTS {
        let is_wrong: bool = conn
            .query_row(question, [], |row| row.get(0))
            .map_err(rows::fault)?;
        if is_wrong {
            return Ok(Some(problem.to_owned()));
        }
    }
    for table in TABLES {
        let said: String = conn
            .query_row(&format!("PRAGMA integrity_check({table})"), [], |row| {
                row.get(0)
            })
            .map_err(rows::fault)?;
        if said != "ok" {
            return Ok(Some(format!("{table}: {said}")));
        }
    }
    Ok(None)
}
