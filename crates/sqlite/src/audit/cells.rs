//! Reads events column by column and indexes entry by entry, each value with
//! its stored type, for verification.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, params};

use super::super::mmap::MmapGuard;
use super::super::{Tx, rows};
use lac_store::{Cell, EventCells, EventIndex, Result};

/// The name of an index, its column, and its `WHERE` condition.
fn index_definition(index: EventIndex) -> (&'static str, &'static str, &'static str) {
    match index {
        EventIndex::Admin => ("audit_event_admin", "admin", ""),
        EventIndex::Customer => (
            "audit_event_customer",
            "customer_id",
            "customer_id IS NOT NULL AND",
        ),
        EventIndex::Document => (
            "audit_event_document",
            "document",
            "document IS NOT NULL AND",
        ),
        EventIndex::Ticket => ("audit_event_ticket", "ticket", "ticket IS NOT NULL AND"),
        EventIndex::Consent => (
            "audit_event_consent",
            "customer_id",
            "customer_id IS NOT NULL AND result = 'success' \
             AND ((action_group = 'consent' AND action IN ('grant', 'revoke')) \
             OR (action_group = 'customers' AND action = 'remove')) AND",
        ),
    }
}

fn read_cell<'r>(row: &'r Row<'_>, column: usize) -> Result<Cell<'r>> {
    Ok(match row.get_ref(column).map_err(rows::to_fault)? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(bytes) => Cell::Text(bytes),
        ValueRef::Blob(bytes) => Cell::Blob(bytes),
    })
}

pub(super) fn scan_cells(
    tx: &Tx<'_>,
    first: u64,
    last: u64,
    each: &mut dyn FnMut(&EventCells<'_>) -> Result<()>,
) -> Result<()> {
    let sql = "SELECT seq, time, action_group, action, result, admin, admin_id, session_id, customer_id, \
               website, store_view, document, ticket, record, shopper, shopper_salt, staff, staff_salt \
               FROM audit_event NOT INDEXED WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq";
    let mut statement = tx.conn.prepare_cached(sql).map_err(rows::to_fault)?;
    let range = [rows::to_i64(first)?, rows::to_i64(last)?];
    let _mapping = MmapGuard::new(tx.conn, range)?;
    let mut found = statement.query(range).map_err(rows::to_fault)?;
    while let Some(row) = found.next().map_err(rows::to_fault)? {
        let cells = EventCells {
            seq: read_cell(row, 0)?,
            time: read_cell(row, 1)?,
            action_group: read_cell(row, 2)?,
            action: read_cell(row, 3)?,
            result: read_cell(row, 4)?,
            admin: read_cell(row, 5)?,
            admin_id: read_cell(row, 6)?,
            session_id: read_cell(row, 7)?,
            customer_id: read_cell(row, 8)?,
            website: read_cell(row, 9)?,
            store_view: read_cell(row, 10)?,
            document: read_cell(row, 11)?,
            ticket: read_cell(row, 12)?,
            record: read_cell(row, 13)?,
            shopper: read_cell(row, 14)?,
            shopper_salt: read_cell(row, 15)?,
            staff: read_cell(row, 16)?,
            staff_salt: read_cell(row, 17)?,
        };
        each(&cells)?;
    }
    Ok(())
}

/// Calls `each` with every entry of an index. Each value is looked up as
/// filters look it up, so that an entry that they would miss is missing here,
/// too.
pub(super) fn scan_index(
    tx: &Tx<'_>,
    index: EventIndex,
    [first, last]: [u64; 2],
    each: &mut dyn FnMut(Cell<'_>, i64) -> Result<()>,
) -> Result<()> {
    let (name, column, condition) = index_definition(index);
    let from = format!("FROM audit_event INDEXED BY {name} WHERE {condition}");
    let range = [rows::to_i64(first)?, rows::to_i64(last)?];
    let prepare = |sql: String| tx.conn.prepare(&sql).map_err(rows::to_fault);
    let mut give = |found: &mut rusqlite::Rows<'_>| -> Result<()> {
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            each(read_cell(row, 0)?, rows::get(row, 1)?)?;
        }
        Ok(())
    };
    if condition.is_empty() {
        let sql = format!("SELECT {column}, seq {from} {column} IS NULL AND seq BETWEEN ?1 AND ?2");
        let mut without = prepare(sql)?;
        give(&mut without.query(range).map_err(rows::to_fault)?)?;
    }
    let lowest = format!("SELECT {column} {from} {column} IS NOT NULL ORDER BY {column} LIMIT 1");
    let next = format!("SELECT {column} {from} {column} > ?1 ORDER BY {column} LIMIT 1");
    let of_key = format!("SELECT {column}, seq {from} {column} = ?1 AND seq BETWEEN ?2 AND ?3");
    let (mut next, mut of_key) = (prepare(next)?, prepare(of_key)?);
    let read = |row: &Row<'_>| rows::get::<Value>(row, 0);
    let mut key = rows::first_row(prepare(lowest)?.query([]).map_err(rows::to_fault)?, read)?;
    while let Some(one) = key {
        let mut found = of_key
            .query(params![one, range[0], range[1]])
            .map_err(rows::to_fault)?;
        give(&mut found)?;
        key = rows::first_row(next.query(params![one]).map_err(rows::to_fault)?, read)?;
    }
    Ok(())
}
