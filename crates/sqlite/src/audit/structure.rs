//! Whether what is looked up is what is there. Reading a table from end to end
//! follows its pages, looking up a row the numbers between them: a file in
//! which only these were changed would hide a row from whoever asks for it.

use rusqlite::Connection;

use super::super::rows;
use lac_store::Result;

/// What is asked of each table. Of the large one only whether its pages are in
/// order: that its indexes lead to every row is seen by looking the rows up
/// (see `super::cells::index`), in a fraction of the time. Of those that grow
/// with the shop, too, only that.
const TABLE_CHECKS: [(&str, &str); 8] = [
    ("audit_event", "quick_check"),
    ("audit_head", "integrity_check"),
    ("audit_subtree", "integrity_check"),
    ("audit_archive", "integrity_check"),
    ("customer", "quick_check"),
    ("session", "quick_check"),
    ("document", "quick_check"),
    ("login_request", "quick_check"),
];

/// Who may do what: tables of some thousand rows. An index that leads from the
/// hash of one token to the row of another would let its holder be somebody
/// else, so that every entry is compared.
const ACCESS_TABLES: [&str; 15] = [
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
    "storefront_website",
    "website",
];

/// Rows where nobody looks, and what is said of them.
const COUNT_CHECKS: [(&str, &str); 3] = [
    (
        "SELECT coalesce(min(seq), 1) < 1 FROM audit_event NOT INDEXED",
        "an event is stored below the first one",
    ),
    (
        "SELECT count(*) <> 1 FROM audit_head NOT INDEXED",
        "audit_head has other rows than its one",
    ),
    (
        "SELECT count(*) <> coalesce(max(idx), -1) + 1.0 FROM audit_subtree NOT INDEXED",
        "audit_subtree has other rows than one after the other",
    ),
];

/// What is wrong, if anything is.
pub fn find_problem(conn: &Connection) -> Result<Option<String>> {
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

/// The same of the tables that say who may do what.
pub fn find_access_problem(conn: &Connection) -> Result<Option<String>> {
    for table in ACCESS_TABLES {
        if let Some(problem) = run_check(conn, "integrity_check", table)? {
            return Ok(Some(problem));
        }
    }
    Ok(None)
}

fn run_check(conn: &Connection, check: &str, table: &str) -> Result<Option<String>> {
    let said: String = conn
        .query_row(&format!("PRAGMA {check}({table})"), [], |row| row.get(0))
        .map_err(rows::to_fault)?;
    Ok((said != "ok").then(|| format!("{table}: {said}")))
}
