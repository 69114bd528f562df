//! Reading columns with their types, and translating SQLite's errors.

use rusqlite::types::ValueRef;
use rusqlite::{ErrorCode, Row};

use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Translates the driver's error.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub(crate) fn to_fault(error: rusqlite::Error) -> Fault {
    if let rusqlite::Error::SqliteFailure(inner, message) = &error {
        match inner.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                return Fault::Busy { waited_seconds: 0 };
            }
            ErrorCode::OperationInterrupted => {
                return super::cancel::cancelled_fault();
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
            // SQLite cannot parse a definition in the schema.
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

/// The name of a row until [`with_row_name`] replaces it.
const UNNAMED_ROW: &str = "a row with";

/// Reads a column by its index. A value of another type means that the row is
/// damaged, not the database.
pub(crate) fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, index: usize) -> Result<T> {
    row.get(index).map_err(|error| match error {
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) => {
            let column = row.as_ref().column_name(index).unwrap_or("a column");
            damaged_row(
                UNNAMED_ROW,
                column,
                format!("its {column} is not what is kept there"),
            )
        }
        other => to_fault(other),
    })
}

/// Adds the row's table and id to an error that does not have them yet. `key`
/// is the index of the id's column.
pub(crate) fn with_row_name<T>(
    result: Result<T>,
    table: &str,
    row: &Row<'_>,
    key: usize,
) -> Result<T> {
    result.map_err(|fault| match fault {
        Fault::RowDamaged {
            table: of, problem, ..
        } if of == UNNAMED_ROW => damaged_row(table, display_id(row, key), problem),
        other => other,
    })
}

/// The row's id as text, whatever its type is.
fn display_id(row: &Row<'_>, key: usize) -> String {
    match row.get_ref(key) {
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => "without a readable id".to_owned(),
    }
}

/// How an optional field with an invalid value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidOptional {
    /// As absent: the value permits nothing.
    ReadAsNone,
    /// As damage of the row, for the search for damaged rows.
    ReportDamage,
}

/// Reads an optional text whose type checks its form.
pub(crate) fn get_optional<T, E: std::fmt::Display>(
    row: &Row<'_>,
    index: usize,
    read: impl Fn(String) -> std::result::Result<T, E>,
    (table, id): (&str, &str),
    out_of_form: InvalidOptional,
) -> Result<Option<T>> {
    let text = get::<Option<String>>(row, index);
    let found = text.and_then(|text| parse_text_opt(text, read, table, id));
    match found {
        Err(Fault::RowDamaged { .. }) if out_of_form == InvalidOptional::ReadAsNone => Ok(None),
        found => found,
    }
}

/// Reads a text that has at most the length of a name, because it is copied
/// into records of the log.
pub(crate) fn get_short_text(row: &Row<'_>, index: usize, table: &str, id: &str) -> Result<String> {
    let text = parse_text(get::<String>(row, index)?, ShortText::new, table, id)?;
    Ok(text.into_string())
}

/// The same for an optional text.
pub(crate) fn get_short_text_opt(
    row: &Row<'_>,
    index: usize,
    table: &str,
    id: &str,
) -> Result<Option<String>> {
    let text = parse_text_opt(get(row, index)?, ShortText::new, table, id)?;
    Ok(text.map(ShortText::into_string))
}

pub(crate) fn get_time(row: &Row<'_>, index: usize) -> Result<Timestamp> {
    get(row, index).map(Timestamp::from_micros)
}

pub(crate) fn get_time_opt(row: &Row<'_>, index: usize) -> Result<Option<Timestamp>> {
    Ok(get::<Option<i64>>(row, index)?.map(Timestamp::from_micros))
}

/// Reads a text that must be one of the names of an enum.
pub(crate) fn get_enum<T>(
    row: &Row<'_>,
    index: usize,
    table: &str,
    id: impl ToString,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    let text: String = get(row, index)?;
    read(&text).ok_or_else(|| damaged_row(table, id, format!("unknown word {text:?}")))
}

/// Checks a text with the constructor of its type.
pub(crate) fn parse_text<T, E: std::fmt::Display>(
    text: String,
    read: impl Fn(String) -> std::result::Result<T, E>,
    table: &str,
    id: impl ToString,
) -> Result<T> {
    read(text).map_err(|e| damaged_row(table, id, e))
}

/// The same for an optional text.
pub(crate) fn parse_text_opt<T, E: std::fmt::Display>(
    text: Option<String>,
    read: impl Fn(String) -> std::result::Result<T, E>,
    table: &str,
    id: impl ToString,
) -> Result<Option<T>> {
    text.map(|text| parse_text(text, read, table, id))
        .transpose()
}

pub(crate) fn collect<T>(
    mut rows: rusqlite::Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(to_fault)? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Reads the first row of a query, if there is one.
pub(crate) fn first_row<T>(
    mut rows: rusqlite::Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    match rows.next().map_err(to_fault)? {
        Some(row) => read(row).map(Some),
        None => Ok(None),
    }
}

/// Converts a number to the column's type.
pub(crate) fn to_i64(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(Fault::internal)
}

/// Reads a number that must not be negative.
pub(crate) fn get_u64(row: &Row<'_>, index: usize, table: &str) -> Result<u64> {
    let number: i64 = get(row, index)?;
    u64::try_from(number).map_err(|_| damaged_row(table, number, "a negative number"))
}

/// The error for a damaged row. The problem may contain stored text of any
/// length, so it is shortened.
pub(crate) fn damaged_row(table: &str, id: impl ToString, problem: impl ToString) -> Fault {
    let shorten = |text: String, max| match text.char_indices().nth(max) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    };
    Fault::RowDamaged {
        table: table.to_owned(),
        id: shorten(id.to_string(), 64),
        problem: shorten(problem.to_string(), 200),
    }
}
