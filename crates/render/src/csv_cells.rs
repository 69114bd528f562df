//! Values as CSV.

use std::io;

use serde_json::Value;

use super::sanitize::formula_guard;

/// The bytes of one record.
pub(super) fn csv_record<F: AsRef<[u8]>>(fields: &[F]) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(fields)?;
    writer
        .into_inner()
        .map_err(|e| io::Error::other(e.to_string()))
}

/// A JSON value as a CSV field: text as it is (formulas made inert), nothing
/// for null, JSON for what is nested.
pub(super) fn csv_field(value: Option<&Value>, raw: bool) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if raw => text.clone(),
        Some(Value::String(text)) => formula_guard(text).into_owned(),
        Some(other) => other.to_string(),
    }
}
