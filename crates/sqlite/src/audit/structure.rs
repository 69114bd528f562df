//! Checks that looking up a row finds the same as reading the whole table. A
//! full read follows the pages of a B-tree; a lookup follows the keys in its
//! inner pages. A file in which only those keys were changed would hide a row
//! from lookups.

use rusqlite::Connection;

use super::super::pages::leaves_outside;
use super::super::rows;
use lac_store::{Result, TreeEvidence};

/// The check for each table. Tables that may be large get `quick_check`, which
/// checks the order of the pages. For `audit_event` see
/// [`find_event_problem`].
const TABLE_CHECKS: [(&str, &str); 8] = [
    ("audit_head", "integrity_check"),
    ("audit_subtree", "integrity_check"),
    ("audit_archive", "integrity_check"),
    ("customer", "quick_check"),
    ("session", "quick_check"),
    ("document", "quick_check"),
    ("login_request", "quick_check"),
    ("consent_ask", "quick_check"),
];

/// Tables that decide who may do what, with some thousand rows. All their index
/// entries are compared: an index entry that leads from one token's hash to
/// another token's row would give its holder the rights of somebody else.
const ACCESS_TABLES: [&str; 16] = [
    "access_token",
    "access_token_resource",
    "access_token_website",
    "admin_user",
    "config_value",
    "customer_former",
    "role",
    "role_resource",
    "role_website",
    "signing_key",
    "store_group",
    "store_view",
    "storefront",
    "storefront_right",
    "storefront_website",
    "website",
];

/// Rows that no lookup would notice, and the message for each.
const COUNT_CHECKS: [(&str, &str); 3] = [
    (
        "SELECT coalesce(min(seq), 1) < 1 FROM audit_event NOT INDEXED",
        "an event is stored below the first one",
    ),
    (
        "SELECT count(*) <> 1 FROM audit_head NOT INDEXED",
        "audit_head does not have exactly one row",
    ),
    (
        "SELECT count(*) <> coalesce(max(idx), -1) + 1.0 FROM audit_subtree NOT INDEXED",
        "the rows of audit_subtree are not numbered without gaps",
    ),
];

/// The first problem found, if any.
pub(super) fn find_problem(conn: &Connection) -> Result<Option<String>> {
    for (question, problem) in COUNT_CHECKS {
        let is_wrong: bool = conn
            .query_row(question, [], |row| row.get(0))
            .map_err(rows::to_fault)?;
        if is_wrong {
            return Ok(Some(problem.to_owned()));
        }
    }
    for (table, check) in TABLE_CHECKS {
        if let Some(problem) = run_check(conn, check, table)? {
            return Ok(Some(problem));
        }
    }
    find_access_problem(conn)
}

/// The same for the table of events. Its rows and indexes are read from their
/// pages (see `super::cells`), which shows the same as `quick_check`, in a
/// fraction of the time. Only if something was unusual, or if there are rows
/// that were not read, SQLite reads all of it again.
pub(super) fn find_event_problem(
    conn: &Connection,
    [first, last]: [u64; 2],
    evidence: TreeEvidence,
) -> Result<Option<String>> {
    let range = [rows::to_i64(first)?, rows::to_i64(last)?];
    if evidence.is_complete() && leaves_outside(conn, "audit_event", range) == Ok(false) {
        return Ok(None);
    }
    run_check(conn, "quick_check", "audit_event")
}

/// The same for the tables that decide who may do what. An older schema does
/// not have all of them; that none is missing otherwise is the check of the
/// schema.
pub(super) fn find_access_problem(conn: &Connection) -> Result<Option<String>> {
    for table in ACCESS_TABLES {
        if conn.table_exists(None, table).map_err(rows::to_fault)?
            && let Some(problem) = run_check(conn, "integrity_check", table)?
        {
            return Ok(Some(problem));
        }
    }
    Ok(None)
}

fn run_check(conn: &Connection, check: &str, table: &str) -> Result<Option<String>> {
    let result: String = conn
        .query_row(&format!("PRAGMA {check}({table})"), [], |row| row.get(0))
        .map_err(rows::to_fault)?;
    Ok((result != "ok").then(|| format!("{table}: {result}")))
}
