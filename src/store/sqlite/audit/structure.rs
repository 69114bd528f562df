//! Whether what is looked up is what is there. Reading a table from end to end
//! follows its pages, looking up a row the numbers between them: a file in
//! which only these were changed would hide a row from whoever asks for it.

use rusqlite::Connection;

use super::super::rows;
use crate::store::Result;

/// What is asked of each table. Of the large one only whether its pages are in
/// order: that its indexes lead to every row is seen by looking the rows up
/// (see `super::cells::index`), in a fraction of the time.
const CHECKS: [(&str, &str); 4] = [
    ("audit_event", "quick_check"),
    ("audit_head", "integrity_check"),
    ("audit_subtree", "integrity_check"),
    ("audit_archive", "integrity_check"),
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
    for (table, check) in CHECKS {
        let said: String = conn
            .query_row(&format!("PRAGMA {check}({table})"), [], |row| row.get(0))
            .map_err(rows::fault)?;
        if said != "ok" {
            return Ok(Some(format!("{table}: {said}")));
        }
    }
    Ok(None)
}
