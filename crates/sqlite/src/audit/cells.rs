//! Reads events column by column and indexes entry by entry, each value with
//! its stored type, for verification.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, params};

use super::super::mmap::MmapGuard;
use super::super::pages::{Halt, IndexEntries, IndexRoot, TableScan};
use super::super::{Tx, rows};
use lac_store::{AuditReads as _, Cell, EventCells, EventIndex, Result, TreePart};

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

/// Reads events from the pages, which also shows that lookups find them. From
/// the first unusual page on, SQLite is asked.
pub(super) fn scan_cells(
    tx: &Tx<'_>,
    first: u64,
    last: u64,
    each: &mut dyn FnMut(&EventCells<'_>) -> Result<()>,
) -> Result<Option<TreePart>> {
    let [mut next, last] = [rows::to_i64(first)?, rows::to_i64(last)?];
    let _mapping = MmapGuard::new(tx.conn, [next, last])?;
    let scan = TableScan::new(tx.conn, "audit_event", [next, last]);
    let read = scan.map_err(Halt::from).and_then(|scan| {
        scan.run(&mut |seq, columns| {
            next = seq + 1;
            each(&event_cells(columns))
        })
    });
    match read {
        Ok(part) => Ok(Some(part)),
        Err(Halt::Failed(fault)) => Err(fault),
        Err(Halt::Unusual) => scan_with_sql(tx, [next, last], each).map(|()| None),
    }
}

/// The number of columns of `audit_event`.
pub(super) const COLUMN_COUNT: usize = 18;

/// The columns of the table, in its order.
fn event_cells<'r>(columns: &[Cell<'r>; COLUMN_COUNT]) -> EventCells<'r> {
    let &[
        seq,
        time,
        action_group,
        action,
        result,
        admin,
        admin_id,
        session_id,
        customer_id,
        website,
        store_view,
        document,
        ticket,
        record,
        shopper,
        shopper_salt,
        staff,
        staff_salt,
    ] = columns;
    EventCells {
        seq,
        time,
        action_group,
        action,
        result,
        admin,
        admin_id,
        session_id,
        customer_id,
        website,
        store_view,
        document,
        ticket,
        record,
        shopper,
        shopper_salt,
        staff,
        staff_salt,
    }
}

fn scan_with_sql(
    tx: &Tx<'_>,
    range: [i64; 2],
    each: &mut dyn FnMut(&EventCells<'_>) -> Result<()>,
) -> Result<()> {
    let sql = "SELECT seq, time, action_group, action, result, admin, admin_id, session_id, customer_id, \
               website, store_view, document, ticket, record, shopper, shopper_salt, staff, staff_salt \
               FROM audit_event NOT INDEXED WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq";
    let mut statement = tx.conn.prepare_cached(sql).map_err(rows::to_fault)?;
    let mut found = statement.query(range).map_err(rows::to_fault)?;
    while let Some(row) = found.next().map_err(rows::to_fault)? {
        let mut columns = [Cell::Null; COLUMN_COUNT];
        for (at, cell) in columns.iter_mut().enumerate() {
            *cell = read_cell(row, at)?;
        }
        each(&event_cells(&columns))?;
    }
    Ok(())
}

/// Calls `each` with the entries of all indexes, read from their pages. `false`
/// if something is unusual.
pub(super) fn scan_all_indexes(
    tx: &Tx<'_>,
    [first, last]: [u64; 2],
    each: &mut dyn FnMut(EventIndex, Cell<'_>, i64) -> Result<()>,
) -> Result<bool> {
    let [first, last] = [rows::to_i64(first)?, rows::to_i64(last)?];
    let newest = rows::to_i64(tx.audit_last_seq()?)?;
    let mut is_within = true;
    let mut read_all = || -> std::result::Result<bool, Halt> {
        let mut entries = IndexEntries::new(tx.conn)?;
        for index in EventIndex::ALL {
            let (name, _, _) = index_definition(index);
            entries.read(IndexRoot(name), &mut |value, seq| {
                if (first..=last).contains(&seq) {
                    return each(index, value, seq);
                }
                // Events that were added meanwhile are checked next time.
                is_within &= seq > last && seq <= newest;
                Ok(())
            })?;
        }
        Ok(entries.are_pages_distinct())
    };
    match read_all() {
        Ok(is_distinct) => Ok(is_distinct && is_within),
        Err(Halt::Failed(fault)) => Err(fault),
        Err(Halt::Unusual) => Ok(false),
    }
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
