//! Encodes events as rows of JSON or CSV, copied directly from the stored text.
//! The tests compare the rows with what serde makes of the same events.

use lac_model::audit::{EventField, RecordFields, ValueSlice, decode_json_string};
use lac_model::bytes::find_either;

use super::sanitize::formula_guard;

/// Encodes rows with a fixed list of columns.
#[derive(Debug, Clone)]
pub struct EventRowEncoder {
    kind: RowKind,
    columns: Vec<EventField>,
    /// Whether CSV cells are written without the formula guard.
    raw: bool,
    /// The columns, grouped for copying into a JSON object.
    spans: Vec<FieldSpan>,
}

/// Columns that are next to each other in the stored text of every event, with
/// the same keys between them as in a row. They are copied in one step.
#[derive(Debug, Clone)]
struct FieldSpan {
    first: EventField,
    last: EventField,
    /// The text before the first value.
    key: String,
    /// The whole span for an event whose text was erased.
    erased: String,
}

impl FieldSpan {
    fn from_columns(columns: &[EventField]) -> Vec<Self> {
        let mut spans: Vec<Self> = Vec::new();
        for field in columns {
            let mut key = format!(",\"{}\":", field.name());
            match spans.last_mut() {
                Some(span) if RecordFields::are_adjacent(span.last, *field) => {
                    span.erased += &(key + "null");
                    span.last = *field;
                }
                before => {
                    if before.is_none() {
                        key.replace_range(..1, "{");
                    }
                    spans.push(Self {
                        first: *field,
                        last: *field,
                        erased: format!("{key}null"),
                        key,
                    });
                }
            }
        }
        spans
    }

    #[inline]
    fn write(&self, event: &RecordFields<'_>, out: &mut Vec<u8>) {
        match event.value_range(self.first, self.last) {
            Some(values) => {
                out.extend_from_slice(self.key.as_bytes());
                out.extend_from_slice(values.as_bytes());
            }
            None => out.extend_from_slice(self.erased.as_bytes()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowKind {
    Json,
    Csv,
}

impl EventRowEncoder {
    /// One JSON object a row, without white space.
    pub fn json(columns: &[EventField]) -> Self {
        Self::new(RowKind::Json, columns, true)
    }

    /// CSV as in RFC 4180, but with LF as the line end. Cells have the formula
    /// guard unless `raw`.
    pub fn csv(columns: &[EventField], raw: bool) -> Self {
        Self::new(RowKind::Csv, columns, raw)
    }

    /// No columns means all fields.
    fn new(kind: RowKind, columns: &[EventField], raw: bool) -> Self {
        let columns = if columns.is_empty() {
            EventField::ALL
        } else {
            columns
        };
        Self {
            kind,
            spans: FieldSpan::from_columns(columns),
            columns: columns.to_vec(),
            raw,
        }
    }

    /// The line before the first row: the header of CSV, nothing for JSON.
    pub fn header(&self) -> String {
        match self.kind {
            RowKind::Json => String::new(),
            RowKind::Csv => {
                let names: Vec<&str> = self.columns.iter().map(|field| field.name()).collect();
                names.join(",") + "\n"
            }
        }
    }

    /// Writes one row, with the end of its line.
    pub fn write(&self, event: &RecordFields<'_>, out: &mut Vec<u8>) {
        self.write_unterminated(event, out);
        out.push(b'\n');
    }

    /// Writes one row without the end of its line.
    pub fn write_unterminated(&self, event: &RecordFields<'_>, out: &mut Vec<u8>) {
        match self.kind {
            RowKind::Json => {
                for span in &self.spans {
                    span.write(event, out);
                }
                out.push(b'}');
            }
            RowKind::Csv => {
                for (at, field) in self.columns.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    self.write_cell(&event.value_slice(*field), out);
                }
            }
        }
    }

    /// Text as it is, nothing for null, JSON for lists and objects.
    #[inline]
    fn write_cell(&self, value: &ValueSlice<'_>, out: &mut Vec<u8>) {
        let bytes = value.tail.as_bytes();
        let is_copied = match bytes {
            [b'n', ..] => self.columns.len() > 1,
            // The usual case: a formula never begins with a letter or digit.
            [b'"', first, ..] if first.is_ascii_alphanumeric() => {
                copy_if_plain(&bytes[1..], value.length - 2, out)
            }
            // An object that is not empty contains a quoted key.
            [b'{', b'"', ..] => {
                write_quoted(&bytes[..value.length], out);
                true
            }
            [b'-' | b'0'..=b'9', ..] => copy_if_plain(bytes, value.length, out),
            _ => false,
        };
        if !is_copied {
            self.write_uncommon_cell(&value.tail[..value.length], out);
        }
    }

    fn write_uncommon_cell(&self, value: &str, out: &mut Vec<u8>) {
        if self.columns.len() == 1 && matches!(value, "null" | "\"\"") {
            // An empty line would not count as a row.
            out.extend_from_slice(b"\"\"");
            return;
        }
        match decode_json_string(value) {
            None => write_quoted_if_needed(value.as_bytes(), out),
            Some(text) if self.raw => write_quoted_if_needed(text.as_bytes(), out),
            Some(text) => write_quoted_if_needed(formula_guard(&text).as_bytes(), out),
        }
    }
}

/// Copies the first `length` bytes, unless they contain an escape or a comma.
/// Returns whether they were copied.
#[inline]
fn copy_if_plain(bytes: &[u8], length: usize, out: &mut Vec<u8>) -> bool {
    const AT_ONCE: usize = 32;
    // Not limiting the search to `length` is faster: a comma follows soon.
    if find_either(bytes, b',', b'\\').is_some_and(|at| at < length) {
        return false;
    }
    match bytes.first_chunk::<AT_ONCE>() {
        // Copying a fixed number of bytes and truncating is faster than copying
        // the right number.
        Some(chunk) if length <= AT_ONCE => {
            out.extend_from_slice(chunk);
            out.truncate(out.len() - (AT_ONCE - length));
        }
        _ => out.extend_from_slice(&bytes[..length]),
    }
    true
}

/// A cell, in quotes if it needs them.
fn write_quoted_if_needed(text: &[u8], out: &mut Vec<u8>) {
    let must = |b: &u8| matches!(b, b',' | b'"' | b'\n' | b'\r');
    if text.iter().any(must) {
        write_quoted(text, out);
    } else {
        out.extend_from_slice(text);
    }
}

fn write_quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'"') {
        out.extend_from_slice(&rest[..=at]);
        out.push(b'"');
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
#[path = "row_encoder_tests.rs"]
mod tests;
