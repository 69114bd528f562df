//! Between SQLite's values and ours.

use rusqlite::{ErrorCode, Row};

use super::damaged;
use crate::domain::fault::Fault;
use crate::domain::time::Timestamp;
use crate::store::Result;

/// The driver's error in the port's words.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub fn fault(error: rusqlite::Error) -> Fault {
    if let rusqlite::Error::SqliteFailure(inner, message) = &error {
        match inner.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                return Fault::Busy { waited_seconds: 0 };
            }
            ErrorCode::OperationInterrupted => {
                return super::cancel::fault();
            }
            ErrorCode::ConstraintViolation => {
                let text = message.clone().unwrap_or_default();
                if text.contains("FOREIGN KEY") {
                    return Fault::InUse {
                        what: "it".to_owned(),
                        by: "something else refers to it".to_owned(),
                    };
                }
                return Fault::AlreadyExists { what: text };
            }
            // Definitions that SQLite cannot even read.
            ErrorCode::DatabaseCorrupt => {
                let text = message.clone().unwrap_or_default();
                if text.starts_with("malformed database schema") {
                    return Fault::SchemaTampered { what: text };
                }
            }
            _ => {}
        }
    }
    Fault::Database {
        problem: error.to_string(),
    }
}

/// A column by index.
pub fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, index: usize) -> Result<T> {
    row.get(index).map_err(fault)
}

/// A time.
pub fn time(row: &Row<'_>, index: usize) -> Result<Timestamp> {
    get(row, index).map(Timestamp::from_micros)
}

/// A time that may be absent.
pub fn time_opt(row: &Row<'_>, index: usize) -> Result<Option<Timestamp>> {
    Ok(get::<Option<i64>>(row, index)?.map(Timestamp::from_micros))
}

/// A word of a closed list.
pub fn word<T>(
    row: &Row<'_>,
    index: usize,
    table: &str,
    id: impl ToString,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    let text: String = get(row, index)?;
    read(&text).ok_or_else(|| damaged(table, id, format!("unknown word {text:?}")))
}

/// A text of the form that its type demands.
pub fn form<T, E: std::fmt::Display>(
    text: String,
    read: impl Fn(String) -> std::result::Result<T, E>,
    table: &str,
    id: impl ToString,
) -> Result<T> {
    read(text).map_err(|e| damaged(table, id, e))
}

/// The same of a text that may be absent.
pub fn form_opt<T, E: std::fmt::Display>(
    text: Option<String>,
    read: impl Fn(String) -> std::result::Result<T, E>,
    table: &str,
    id: impl ToString,
) -> Result<Option<T>> {
    text.map(|text| form(text, read, table, id)).transpose()
}

/// Reads all rows of a query.
pub fn collect<T>(
    mut rows: rusqlite::Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Reads at most one row of a query.
pub fn first<T>(
    mut rows: rusqlite::Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    match rows.next().map_err(fault)? {
        Some(row) => read(row).map(Some),
        None => Ok(None),
    }
}

/// A number of the domain in the column's type.
pub fn int(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(Fault::internal)
}

/// A number from a column that is never negative.
pub fn uint(row: &Row<'_>, index: usize, table: &str) -> Result<u64> {
    let number: i64 = get(row, index)?;
    u64::try_from(number).map_err(|_| damaged(table, number, "a negative number"))
}
