//! Finds events. SQL narrows the search by seq and by one index. The stored
//! texts themselves decide which events match, because only they are proven.

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::super::mmap::MmapGuard;
use super::super::rows::damaged_row;
use super::super::{Tx, rows};
use super::page_scan::{PageScan, scan_pages};
use lac_model::audit::{EventTexts, Matcher, RecordFields, SelectionValues};
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;
use lac_store::{AuditReads, EventQuery, Result};

/// Always followed by `NOT INDEXED` or `INDEXED BY`, so that SQLite reads only
/// what verification checks.
const SELECT: &str = "SELECT seq, record, shopper, staff FROM audit_event";

/// With more values than this, the whole table is read once instead.
const MAX_INDEX_KEYS: usize = 64;

/// Takes one row; `false` ends the scan.
type RowHandler<'a> = &'a mut dyn FnMut(&Row<'_>) -> Result<bool>;

pub(super) fn scan_events(
    tx: &Tx<'_>,
    query: &EventQuery,
    each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
) -> Result<()> {
    let Some(range) = seq_range(tx, query)? else {
        return Ok(());
    };
    let mapping = tx.use_mmap.then(|| MmapGuard::new(tx.conn, range));
    let _mapping = mapping.transpose()?;
    let matcher = Matcher::new(&query.select, query.visible.as_ref());
    let mut left = query.limit.unwrap_or(usize::MAX);
    if left == 0 {
        return Ok(());
    }
    let mut match_event = |fields: &RecordFields<'_>| {
        if matcher.matches(fields) {
            left -= 1;
            each(fields)?;
        }
        Ok(left > 0)
    };
    let mut range = range;
    if tx.use_mmap && is_plain_scan(query) {
        match scan_pages(tx, range, &mut match_event)? {
            PageScan::Complete => return Ok(()),
            PageScan::Unusual { next } => range[0] = next,
        }
    }
    let mut one = |row: &Row<'_>| match_event(&row_fields(row)?);
    match choose_index(query) {
        None => scan_range(tx, query, range, None, &mut one),
        Some((column, mut values)) if values.len() == 1 => {
            let value = values.swap_remove(0);
            scan_range(tx, query, range, Some((column, value)), &mut one)
        }
        Some((column, values)) => scan_merged(tx, query, range, column, &values, &mut one),
    }
}

/// The fields of a row of [`SELECT`].
#[inline]
fn row_fields<'r>(row: &'r Row<'_>) -> Result<RecordFields<'r>> {
    // The seq is read only where it is needed.
    let damaged = |problem: String| match rows::get_u64(row, 0, "audit_event") {
        Ok(seq) => damaged_row("audit_event", seq, problem),
        Err(fault) => fault,
    };
    let text = |column| {
        let value = row.get_ref(column).map_err(rows::to_fault)?;
        let text = value.as_str_or_null();
        text.map_err(|e| damaged(e.to_string()))
    };
    let texts = EventTexts {
        record: text(1)?.unwrap_or_default(),
        customer_part: text(2)?,
        staff_part: text(3)?.unwrap_or_default(),
    };
    RecordFields::new(texts).map_err(|e| damaged(e.to_string()))
}

/// Whether the query reads all rows of its range in their order.
fn is_plain_scan(query: &EventQuery) -> bool {
    query.ascending
        && query.limit.is_none()
        && choose_index(query).is_none()
        && conditions(query, &mut Vec::new()).is_empty()
}

/// The seqs (both included) that the query can be about.
fn seq_range(tx: &Tx<'_>, query: &EventQuery) -> Result<Option<[i64; 2]>> {
    let archived: i64 = tx
        .conn
        .prepare_cached(
            "SELECT coalesce((SELECT last FROM audit_archive NOT INDEXED \
             ORDER BY first DESC LIMIT 1), 0)",
        )
        .and_then(|mut s| s.query_row([], |row| row.get(0)))
        .map_err(rows::to_fault)?;
    // Archived events that are not deleted yet do not count.
    let mut first = archived + 1;
    let mut last = rows::to_i64(tx.audit_last_seq()?)?;
    let number = |seq: u64| i64::try_from(seq).unwrap_or(i64::MAX);
    if let Some(hint) = query.hints.first {
        first = first.max(number(hint));
    }
    if let Some(hint) = query.hints.last {
        last = last.min(number(hint));
    }
    match query.after {
        Some(after) if query.ascending => first = first.max(number(after).saturating_add(1)),
        Some(after) => last = last.min(number(after) - 1),
        None => {}
    }
    if first > last {
        return Ok(None);
    }
    // If both ends are known, no search is needed.
    let is_known = query.hints.first.is_some() && query.hints.last.is_some();
    if let Some(since) = query.select.since.filter(|_| !is_known) {
        first = first.max(number(first_seq_since(tx, first.cast_unsigned(), since)?));
    }
    if let Some(until) = query.select.until.filter(|_| !is_known) {
        last = last.min(number(first_seq_since(tx, first.cast_unsigned(), until)?) - 1);
    }
    Ok((first <= last).then_some([first, last]))
}

/// Times grow with seqs, so a binary search replaces an index.
pub(super) fn first_seq_since(tx: &Tx<'_>, first: u64, time: Timestamp) -> Result<u64> {
    let mut low = rows::to_i64(first)?;
    let mut high = rows::to_i64(tx.audit_last_seq()?)? + 1;
    let mut statement = tx
        .conn
        .prepare_cached(
            "SELECT seq, time FROM audit_event NOT INDEXED WHERE seq >= ?1 ORDER BY seq LIMIT 1",
        )
        .map_err(rows::to_fault)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let found = rows::first_row(statement.query([middle]).map_err(rows::to_fault)?, |row| {
            Ok((rows::get::<i64>(row, 0)?, rows::get::<i64>(row, 1)?))
        })?;
        match found {
            Some((seq, at)) if at < time.micros() => low = seq + 1,
            _ => high = middle,
        }
    }
    u64::try_from(low).map_err(|_| damaged_row("audit_event", low, "a negative seq"))
}

/// The index that narrows the search most, and the values to look up in it.
fn choose_index(query: &EventQuery) -> Option<(&'static str, Vec<Value>)> {
    let select = &query.select;
    let texts = |choice: &SelectionValues| choice.any.iter().cloned().map(Value::Text).collect();
    let ids = |ids: Vec<CustomerId>| {
        ids.iter()
            .map(|id| Value::Integer(id.to_stored()))
            .collect()
    };
    let named: Vec<CustomerId> = if select.customer_email.any.is_empty() {
        let ids = select.customer_id.any.iter();
        ids.filter_map(|id| id.parse().ok()).collect()
    } else {
        Vec::new()
    };
    let candidates: [(&'static str, Vec<Value>); 5] = [
        ("ticket", texts(&select.ticket)),
        ("document", texts(&select.document)),
        ("customer_id", ids(named)),
        ("customer_id", ids(query.hints.customers.clone())),
        ("admin", texts(&select.admin)),
    ];
    let fits = |values: &Vec<Value>| (1..=MAX_INDEX_KEYS).contains(&values.len());
    let (column, mut values) = candidates.into_iter().find(|(_, values)| fits(values))?;
    let mut distinct = Vec::new();
    values.retain(|value| {
        !distinct.contains(value) && {
            distinct.push(value.clone());
            true
        }
    });
    Some((column, values))
}

fn index_name(column: &str) -> &'static str {
    match column {
        "ticket" => "audit_event_ticket",
        "document" => "audit_event_document",
        "customer_id" => "audit_event_customer",
        _ => "audit_event_admin",
    }
}

/// Conditions on columns, which are faster to compare than texts. The `+`
/// excludes their indexes: rows must come in order of seq without sorting.
fn conditions(query: &EventQuery, values: &mut Vec<Value>) -> String {
    let select = &query.select;
    let mut sql = String::new();
    for (column, choice) in [
        ("action_group", &select.action_group),
        ("action", &select.action),
        ("result", &select.result),
        ("admin", &select.admin),
        ("website", &select.website),
        ("store_view", &select.store_view),
    ] {
        if (1..=MAX_INDEX_KEYS).contains(&choice.any.len()) {
            let places = choice.any.iter().map(|value| {
                values.push(Value::Text(value.clone()));
                format!("?{}", values.len())
            });
            let places: Vec<String> = places.collect();
            sql += &format!(" AND +{column} IN ({})", places.join(", "));
        }
    }
    sql
}

fn sort_order(query: &EventQuery) -> &'static str {
    if query.ascending { "ASC" } else { "DESC" }
}

/// Reads the table once, or the entries of one value of an index.
fn scan_range(
    tx: &Tx<'_>,
    query: &EventQuery,
    [first, last]: [i64; 2],
    key: Option<(&str, Value)>,
    one: RowHandler<'_>,
) -> Result<()> {
    let mut values = vec![Value::Integer(first), Value::Integer(last)];
    let mut sql = match key {
        None => format!("{SELECT} NOT INDEXED WHERE seq BETWEEN ?1 AND ?2"),
        Some((column, value)) => {
            values.push(value);
            let index = index_name(column);
            format!("{SELECT} INDEXED BY {index} WHERE seq BETWEEN ?1 AND ?2 AND {column} = ?3")
        }
    };
    sql += &conditions(query, &mut values);
    sql += &format!(" ORDER BY seq {}", sort_order(query));
    let mut statement = tx.conn.prepare_cached(&sql).map_err(rows::to_fault)?;
    let mut found = statement
        .query(params_from_iter(values))
        .map_err(rows::to_fault)?;
    while let Some(row) = found.next().map_err(rows::to_fault)? {
        if !one(row)? {
            break;
        }
    }
    Ok(())
}

/// Reads the entries of several values of an index and merges them by seq,
/// without sorting or keeping them.
fn scan_merged(
    tx: &Tx<'_>,
    query: &EventQuery,
    [first, last]: [i64; 2],
    column: &str,
    keys: &[Value],
    one: RowHandler<'_>,
) -> Result<()> {
    let sql = format!(
        "SELECT seq FROM audit_event INDEXED BY {} \
         WHERE seq BETWEEN ?1 AND ?2 AND {column} = ?3 ORDER BY seq {}",
        index_name(column),
        sort_order(query)
    );
    let mut statements = Vec::with_capacity(keys.len());
    for _ in keys {
        statements.push(tx.conn.prepare(&sql).map_err(rows::to_fault)?);
    }
    let mut streams = Vec::with_capacity(keys.len());
    for (statement, key) in statements.iter_mut().zip(keys) {
        let values = (first, last, key);
        let found = statement.query_map(values, |row| row.get::<_, i64>(0));
        streams.push(found.map_err(rows::to_fault)?.peekable());
    }
    let mut row_at = tx
        .conn
        .prepare_cached(&format!("{SELECT} NOT INDEXED WHERE seq = ?1"))
        .map_err(rows::to_fault)?;
    loop {
        let mut next: Option<(usize, i64)> = None;
        for (at, stream) in streams.iter_mut().enumerate() {
            let seq = match stream.peek() {
                None => continue,
                Some(Ok(seq)) => *seq,
                Some(Err(_)) => {
                    // Take the error out of the iterator to return it.
                    match stream.next() {
                        Some(Err(error)) => return Err(rows::to_fault(error)),
                        _ => continue,
                    }
                }
            };
            let better = |other: i64| {
                if query.ascending {
                    seq < other
                } else {
                    seq > other
                }
            };
            if next.is_none_or(|(_, other)| better(other)) {
                next = Some((at, seq));
            }
        }
        let Some((at, seq)) = next else {
            return Ok(());
        };
        let _ = streams[at].next();
        let mut found = row_at.query([seq]).map_err(rows::to_fault)?;
        if let Some(row) = found.next().map_err(rows::to_fault)?
            && !one(row)?
        {
            return Ok(());
        }
    }
}
