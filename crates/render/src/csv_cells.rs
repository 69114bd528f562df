//! CSV records and cells.

use std::io;

use serde_json::Value;

use super::sanitize::formula_guard;

pub(super) fn csv_record<F: AsRef<[u8]>>(fields: &[F]) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(fields)?;
    writer
        .into_inner()
        .map_err(|e| io::Error::other(e.to_string()))
}

/// A JSON value as a CSV cell: text as it is, nothing for null, JSON for lists
/// and objects. Text that a spreadsheet would run as a formula gets a `'` in
/// front, unless `raw`.
pub(super) fn csv_field(value: Option<&Value>, raw: bool) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if raw => text.clone(),
        Some(Value::String(text)) => formula_guard(text).into_owned(),
        Some(other) => other.to_string(),
    }
}
