//! One changed cell: another value, NULL, or the same bytes with another type.

use rusqlite::types::ValueRef;

use super::{Cases, database, prepared};

/// The rows of a table, and the changed values of each cell.
fn edits(table: &str, key: &str, keys: &[i64]) -> Vec<String> {
    prepared(|prepared| {
        let connection = database(&prepared.store);
        let mut edits = Vec::new();
        for at in keys {
            let sql = format!("SELECT * FROM {table} WHERE {key} = {at}");
            let mut statement = connection.prepare(&sql).expect("a statement");
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query([]).expect("rows");
            let row = rows.next().expect("rows").expect("a row");
            for (at_column, column) in columns.iter().enumerate() {
                let others: &[&str] = match row.get_ref(at_column).expect("a value") {
                    ValueRef::Null => &["1", "'x'", "x'00'", "''"],
                    ValueRef::Integer(_) => &[
                        "{} + 1",
                        "{} + 0.5",
                        "CAST({} AS BLOB)",
                        "-{} - 1",
                        "0",
                        "1 << 60",
                    ],
                    ValueRef::Real(_) => &["0"],
                    ValueRef::Text(_) => &[
                        "{} || 'x'",
                        "substr({}, 2)",
                        "CAST({} AS BLOB)",
                        "{} || char(0)",
                        "''",
                        "upper({}) || ' '",
                    ],
                    ValueRef::Blob(_) => &[
                        "CAST({} AS TEXT)",
                        "zeroblob(length({}))",
                        "{} || x'00'",
                        "x''",
                    ],
                };
                let nothing = if column == key { None } else { Some("NULL") };
                for other in others.iter().copied().chain(nothing) {
                    let value = other.replace("{}", &format!("\"{column}\""));
                    edits.push(format!(
                        "UPDATE {table} SET \"{column}\" = {value} WHERE {key} = {at}"
                    ));
                }
            }
        }
        edits
    })
}

/// Whether the change is possible: a NOT NULL column, for example, refuses
/// NULL.
fn is_possible(sql: &str) -> bool {
    prepared(|prepared| {
        let mut connection = database(&prepared.store);
        let before = dump(&connection);
        let transaction = connection.transaction().expect("a transaction");
        transaction
            .execute_batch("PRAGMA ignore_check_constraints=ON")
            .expect("no checks");
        let changed = transaction.execute(sql, []);
        let after = dump(&transaction);
        transaction.rollback().expect("as before");
        changed.is_ok() && before != after
    })
}

/// The log's tables, with the type of each value.
pub(super) fn dump(connection: &rusqlite::Connection) -> Vec<String> {
    let mut lines = Vec::new();
    for table in [
        "audit_event",
        "audit_head",
        "audit_subtree",
        "audit_archive",
    ] {
        let sql = format!("SELECT * FROM {table} ORDER BY rowid");
        let mut statement = connection.prepare(&sql).expect("a statement");
        let count = statement.column_count();
        let mut rows = statement.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let cells: Vec<_> = (0..count)
                .map(|at| row.get_ref(at).expect("a value"))
                .collect();
            lines.push(format!("{table} {cells:?}"));
        }
    }
    lines
}

fn assert_all_detected(edits: Vec<String>) {
    let mut cases = Cases::default();
    for sql in edits.into_iter().filter(|sql| is_possible(sql)) {
        cases.assert_forgery_detected(&sql);
    }
    cases.end();
}

fn seq_of(condition: &str) -> i64 {
    prepared(|prepared| {
        let sql = format!("SELECT max(seq) FROM audit_event WHERE {condition}");
        database(&prepared.store)
            .query_row(&sql, [], |row| row.get(0))
            .expect("an event")
    })
}

/// A session from a document with every field, and a denied attempt.
#[test]
fn changed_cells_of_an_event_are_detected() {
    let of_order = seq_of("document IS NOT NULL AND session_id IS NOT NULL");
    assert_all_detected(edits("audit_event", "seq", &[of_order]));
}

#[test]
fn changed_cells_of_a_denied_or_erased_event_are_detected() {
    let events = [seq_of("result = 'failure'"), seq_of("shopper IS NULL")];
    assert_all_detected(edits("audit_event", "seq", &events));
}

#[test]
fn changed_cells_of_the_log_head_are_detected() {
    assert_all_detected(edits("audit_head", "id", &[1]));
    let mut cases = Cases::default();
    cases.assert_forgery_detected(
        "INSERT INTO audit_head SELECT 2, size, nodes, last_time, note FROM audit_head",
    );
    cases.assert_forgery_detected("DELETE FROM audit_head");
    cases.end();
}

#[test]
fn changed_cells_of_subtree_roots_are_detected() {
    assert_all_detected(edits("audit_subtree", "idx", &[0]));
    let mut cases = Cases::default();
    cases.assert_forgery_detected("DELETE FROM audit_subtree");
    cases.assert_forgery_detected("INSERT INTO audit_subtree SELECT 1, root FROM audit_subtree");
    cases.assert_forgery_detected("INSERT INTO audit_subtree SELECT -1, root FROM audit_subtree");
    cases.assert_forgery_detected(
        "INSERT INTO audit_subtree SELECT 9223372036854775807, root FROM audit_subtree",
    );
    cases.end();
}

#[test]
fn changed_cells_of_the_archive_list_are_detected() {
    let firsts = prepared(|prepared| {
        let connection = database(&prepared.store);
        let mut statement = connection
            .prepare("SELECT first FROM audit_archive ORDER BY first")
            .expect("a statement");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.map(|first| first.expect("a number"))
            .collect::<Vec<i64>>()
    });
    let ends = [firsts[0], *firsts.last().expect("one")];
    // A name that no file has means a missing file, unless the name is invalid.
    let (names, others): (Vec<_>, Vec<_>) = edits("audit_archive", "first", &ends)
        .into_iter()
        .partition(|sql| sql.contains("SET \"name\""));
    assert_all_detected(others);
    let mut cases = Cases::default();
    for sql in names.iter().filter(|sql| is_possible(sql)) {
        let store = super::copy();
        super::forge(&store, sql);
        cases.assert_exit(sql, &store, &[], &[6, 8]);
    }
    cases.assert_forgery_detected("DELETE FROM audit_archive");
    cases.assert_forgery_detected(&format!(
        "DELETE FROM audit_archive WHERE first = {}",
        ends[1]
    ));
    cases.assert_forgery_detected(
        "INSERT INTO audit_archive SELECT last + 1, last + 5, name || 'x', since, until, bytes, \
         sha256, nodes, local_customers FROM audit_archive ORDER BY first DESC LIMIT 1",
    );
    cases.end();
}
