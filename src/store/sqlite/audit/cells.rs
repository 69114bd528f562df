//! Events column by column and indexes entry by entry, types included: for
//! verification, which takes nothing for granted.

use rusqlite::types::ValueRef;
use rusqlite::{Row, params};

use super::super::mapping::Mapping;
use super::super::{Tx, rows};
use crate::store::{Cell, Cells, Result};

const COLUMNS: [&str; 18] = [
    "seq",
    "time",
    "action_group",
    "action",
    "result",
    "admin",
    "admin_id",
    "session_id",
    "customer_id",
    "website",
    "store_view",
    "document",
    "ticket",
    "record",
    "shopper",
    "shopper_salt",
    "staff",
    "staff_salt",
];

/// The indexed columns: admin, customer_id, document, ticket.
pub const INDEXED: &[usize] = &[5, 8, 11, 12];
const INDEXES: [(&str, &str); 4] = [
    ("audit_event_admin", ""),
    ("audit_event_customer", "customer_id IS NOT NULL AND"),
    ("audit_event_document", "document IS NOT NULL AND"),
    ("audit_event_ticket", "ticket IS NOT NULL AND"),
];

fn cell<'r>(row: &'r Row<'_>, column: usize) -> Result<Cell<'r>> {
    Ok(match row.get_ref(column).map_err(rows::fault)? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(bytes) => Cell::Text(bytes),
        ValueRef::Blob(bytes) => Cell::Blob(bytes),
    })
}

pub fn run(
    tx: &Tx<'_>,
    first: u64,
    last: u64,
    each: &mut dyn FnMut(&Cells<'_>) -> Result<()>,
) -> Result<()> {
    let sql = format!(
        "SELECT {} FROM audit_event WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
        COLUMNS.join(", ")
    );
    let mut statement = tx.conn.prepare_cached(&sql).map_err(rows::fault)?;
    let range = [rows::int(first)?, rows::int(last)?];
    let _mapping = Mapping::new(tx.conn, range)?;
    let mut found = statement.query(range).map_err(rows::fault)?;
    while let Some(row) = found.next().map_err(rows::fault)? {
        let mut cells = [Cell::Null; 18];
        for (column, cell_) in cells.iter_mut().enumerate() {
            *cell_ = cell(row, column)?;
        }
        each(&cells)?;
    }
    Ok(())
}

pub fn index(
    tx: &Tx<'_>,
    which: usize,
    above: u64,
    each: &mut dyn FnMut(Cell<'_>, i64) -> Result<()>,
) -> Result<()> {
    let (name, condition) = INDEXES[which];
    // `+seq`: read from end to end, not looked up. The index holds both values.
    let sql = format!(
        "SELECT {}, seq FROM audit_event INDEXED BY {name} WHERE {condition} +seq > ?1",
        COLUMNS[INDEXED[which]]
    );
    let mut statement = tx.conn.prepare(&sql).map_err(rows::fault)?;
    let mut found = statement
        .query(params![rows::int(above)?])
        .map_err(rows::fault)?;
    while let Some(row) = found.next().map_err(rows::fault)? {
        each(cell(row, 0)?, rows::get(row, 1)?)?;
    }
    Ok(())
}
