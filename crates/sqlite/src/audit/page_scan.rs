//! Reads events from the pages of the table, which takes less than asking
//! SQLite for each column of each row.

use super::super::Tx;
use super::super::pages::{Halt, TableScan};
use super::cells::COLUMN_COUNT;
use lac_model::audit::{EventTexts, RecordFields};
use lac_model::fault::Fault;
use lac_store::{Cell, Result};

/// The positions of the columns that are read.
const RECORD: usize = 13;
const SHOPPER: usize = 14;
const STAFF: usize = 16;

/// How far reading the pages came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageScan {
    Complete,
    /// The row with this seq, or one after it, is for SQLite to read or to
    /// report as damaged. Rows before it were given.
    Unusual {
        next: i64,
    },
}

/// Calls `each` with all events of a range of seqs (both included), in order.
pub(super) fn scan_pages(
    tx: &Tx<'_>,
    [first, last]: [i64; 2],
    each: &mut dyn FnMut(&RecordFields<'_>) -> Result<bool>,
) -> Result<PageScan> {
    let mut next = first;
    let mut is_unusual = false;
    let read = TableScan::<COLUMN_COUNT>::new(tx.conn, "audit_event", [first, last])
        .map_err(Halt::from)
        .and_then(|scan| {
            scan.run(&mut |seq, columns| {
                let Some(fields) = event_fields(columns) else {
                    is_unusual = true;
                    return Err(Fault::internal("an unusual row"));
                };
                next = seq + 1;
                each(&fields)?;
                Ok(())
            })
        });
    match read {
        Ok(_) => Ok(PageScan::Complete),
        Err(Halt::Failed(fault)) if !is_unusual => Err(fault),
        Err(_) => Ok(PageScan::Unusual { next }),
    }
}

#[inline]
fn event_fields<'r>(columns: &[Cell<'r>; COLUMN_COUNT]) -> Option<RecordFields<'r>> {
    let texts = EventTexts {
        record: text(columns[RECORD])?,
        customer_part: match columns[SHOPPER] {
            Cell::Null => None,
            cell => Some(text(cell)?),
        },
        staff_part: text(columns[STAFF])?,
    };
    RecordFields::new(texts).ok()
}

#[inline]
fn text(cell: Cell<'_>) -> Option<&str> {
    match cell {
        Cell::Text(bytes) => str::from_utf8(bytes).ok(),
        _ => None,
    }
}

#[cfg(test)]
#[path = "page_scan_tests.rs"]
mod tests;
