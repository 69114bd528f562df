//! Between SQLite's values and ours.

use rusqlite::types::ValueRef;
use rusqlite::{ErrorCode, Row};

use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::Result;

/// The driver's error in the port's words.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub fn to_fault(error: rusqlite::Error) -> Fault {
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

/// What a fault names before [`named`] knows better.
const UNNAMED_ROW: &str = "a row with";

/// A column by index. A value of another type is the row's damage, not the
/// database's.
pub fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, index: usize) -> Result<T> {
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

/// Gives the row's name to a fault that does not have it yet; `key` is the
/// column of its id.
pub fn with_row_name<T>(result: Result<T>, table: &str, row: &Row<'_>, key: usize) -> Result<T> {
    result.map_err(|fault| match fault {
        Fault::RowDamaged {
            table: of, problem, ..
        } if of == UNNAMED_ROW => damaged_row(table, display_id(row, key), problem),
        other => other,
    })
}

/// A row's id, whatever it is.
fn display_id(row: &Row<'_>, key: usize) -> String {
    match row.get_ref(key) {
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => "without a readable id".to_owned(),
    }
}

/// What becomes of an optional field that is not of its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidOptional {
    /// It is read as absent: nothing is permitted by what it says.
    ReadAsNone,
    /// The row is damaged: for whoever looks for that.
    ReportDamage,
}

/// An optional text of the form that its type demands.
pub fn get_optional<T, E: std::fmt::Display>(
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

/// A text as long as a name, which others copy into the log's records.
pub fn get_short_text(row: &Row<'_>, index: usize, table: &str, id: &str) -> Result<String> {
    let text = parse_text(get::<String>(row, index)?, ShortText::new, table, id)?;
    Ok(text.into_string())
}

/// The same of one that may be absent.
pub fn get_short_text_opt(
    row: &Row<'_>,
    index: usize,
    table: &str,
    id: &str,
) -> Result<Option<String>> {
    let text = parse_text_opt(get(row, index)?, ShortText::new, table, id)?;
    Ok(text.map(ShortText::into_string))
}

/// A time.
pub fn get_time(row: &Row<'_>, index: usize) -> Result<Timestamp> {
    get(row, index).map(Timestamp::from_micros)
}

/// A time that may be absent.
pub fn get_time_opt(row: &Row<'_>, index: usize) -> Result<Option<Timestamp>> {
    Ok(get::<Option<i64>>(row, index)?.map(Timestamp::from_micros))
}

/// A word of a closed list.
pub fn get_enum<T>(
    row: &Row<'_>,
    index: usize,
    table: &str,
    id: impl ToString,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    let text: String = get(row, index)?;
    read(&text).ok_or_else(|| damaged_row(table, id, format!("unknown word {text:?}")))
}

/// A text of the form that its type demands.
pub fn parse_text<T, E: std::fmt::Display>(
    text: String,
    read: impl Fn(String) -> std::result::Result<T, E>,
    table: &str,
    id: impl ToString,
) -> Result<T> {
    read(text).map_err(|e| damaged_row(table, id, e))
}

/// The same of a text that may be absent.
pub fn parse_text_opt<T, E: std::fmt::Display>(
    text: Option<String>,
    read: impl Fn(String) -> std::result::Result<T, E>,
    table: &str,
    id: impl ToString,
) -> Result<Option<T>> {
    text.map(|text| parse_text(text, read, table, id))
        .transpose()
}

/// Reads all rows of a query.
pub fn collect<T>(
    mut rows: rusqlite::Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(to_fault)? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Reads at most one row of a query.
pub fn first_row<T>(
    mut rows: rusqlite::Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    match rows.next().map_err(to_fault)? {
        Some(row) => read(row).map(Some),
        None => Ok(None),
    }
}

/// A number of the domain in the column's type.
pub fn to_i64(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(Fault::internal)
}

/// A number from a column that is never negative.
pub fn get_u64(row: &Row<'_>, index: usize, table: &str) -> Result<u64> {
    let number: i64 = get(row, index)?;
    u64::try_from(number).map_err(|_| damaged_row(table, number, "a negative number"))
}

/// A row that cannot be what it should be. What it holds may be of any length.
pub fn damaged_row(table: &str, id: impl ToString, problem: impl ToString) -> Fault {
    let cut = |text: String, most| match text.char_indices().nth(most) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    };
    Fault::RowDamaged {
        table: table.to_owned(),
        id: cut(id.to_string(), 64),
        problem: cut(problem.to_string(), 200),
    }
}
