//! Encodes events as rows of JSON or CSV, copied directly from the stored text.
//! The tests compare the rows with what serde makes of the same events.

use lac_model::audit::{EventField, RecordFields, ValueSlice, decode_json_string};
use lac_model::bytes::{BLOCK_BYTES, find_either, mark_either};

use super::row_cursor::RowCursor;
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
    /// How often a value can be in a row.
    copies: usize,
    /// The most bytes of a row beside the event's values.
    extra: usize,
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
    fn write(&self, event: &RecordFields<'_>, row: &mut RowCursor<'_>) {
        let Some(ValueSlice { tail, length }) = event.value_range(self.first, self.last) else {
            return row.push_slice(self.erased.as_bytes());
        };
        row.push_slice(self.key.as_bytes());
        match tail.first_chunk() {
            Some(blocks) if length <= blocks.len() => row.push_blocks(blocks, length),
            _ => row.push_slice(&tail[..length]),
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
        let spans = FieldSpan::from_columns(columns);
        let is_repeated = |field| columns.iter().filter(|other| *other == field).count() > 1;
        let extra = match kind {
            RowKind::Json => spans.iter().map(|span| span.erased.len()).sum(),
            // Quotes, the formula guard and a comma.
            RowKind::Csv => 4 * columns.len(),
        };
        Self {
            kind,
            spans,
            columns: columns.to_vec(),
            raw,
            copies: if columns.iter().any(is_repeated) {
                columns.len()
            } else {
                1
            },
            extra: extra + 2,
        }
    }

    /// At least as many bytes as the event's row has.
    fn row_limit(&self, event: &RecordFields<'_>) -> usize {
        let texts = &event.texts;
        let customer_part = texts.customer_part.map_or(0, str::len);
        let values = texts.record.len() + customer_part + texts.staff_part.len();
        // A quote in CSV is doubled.
        2 * self.copies * values + self.extra
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
        RowCursor::append(out, self.row_limit(event), |row| {
            self.write_row(event, row);
            row.push(b'\n');
        });
    }

    /// Writes one row without the end of its line.
    pub fn write_unterminated(&self, event: &RecordFields<'_>, out: &mut Vec<u8>) {
        RowCursor::append(out, self.row_limit(event), |row| self.write_row(event, row));
    }

    #[inline]
    fn write_row(&self, event: &RecordFields<'_>, row: &mut RowCursor<'_>) {
        match self.kind {
            RowKind::Json => {
                for span in &self.spans {
                    span.write(event, row);
                }
                row.push(b'}');
            }
            RowKind::Csv => {
                for (at, field) in self.columns.iter().enumerate() {
                    if at > 0 {
                        row.push(b',');
                    }
                    self.write_cell(event, *field, row);
                }
            }
        }
    }

    /// Text as it is, nothing for null, JSON for lists and objects.
    #[inline]
    fn write_cell(&self, event: &RecordFields<'_>, field: EventField, row: &mut RowCursor<'_>) {
        let ValueSlice { tail, length } = event.value_slice(field);
        let is_copied = match tail {
            [b'n', ..] => self.columns.len() > 1,
            // The usual case: a formula never begins with a letter or digit.
            [b'"', rest @ ..] if rest.first().is_some_and(u8::is_ascii_alphanumeric) => {
                copy_if_plain(rest, length - 2, row)
            }
            // An object that is not empty contains a quoted key.
            [b'{', b'"', ..] => {
                write_quoted(&tail[..length], row);
                true
            }
            [b'-' | b'0'..=b'9', ..] => copy_if_plain(tail, length, row),
            _ => false,
        };
        if !is_copied {
            self.write_uncommon_cell(event.value(field), row);
        }
    }

    fn write_uncommon_cell(&self, value: &str, row: &mut RowCursor<'_>) {
        if self.columns.len() == 1 && matches!(value, "null" | "\"\"") {
            // An empty line would not count as a row.
            return row.push_slice(b"\"\"");
        }
        match decode_json_string(value) {
            None => write_quoted_if_needed(value.as_bytes(), row),
            Some(text) if self.raw => write_quoted_if_needed(text.as_bytes(), row),
            Some(text) => write_quoted_if_needed(formula_guard(&text).as_bytes(), row),
        }
    }
}

/// Copies the first `length` bytes, unless they contain an escape or a comma.
/// Returns whether they were copied.
#[inline]
fn copy_if_plain(bytes: &[u8], length: usize, row: &mut RowCursor<'_>) -> bool {
    match bytes.first_chunk() {
        Some(block) if length <= BLOCK_BYTES => {
            let is_plain = mark_either(block, b',', b'\\') & ((1 << length) - 1) == 0;
            if is_plain {
                row.push_block(block, length);
            }
            is_plain
        }
        _ => copy_long_if_plain(&bytes[..length], row),
    }
}

fn copy_long_if_plain(bytes: &[u8], row: &mut RowCursor<'_>) -> bool {
    let is_plain = find_either(bytes, b',', b'\\').is_none();
    if is_plain {
        row.push_slice(bytes);
    }
    is_plain
}

/// A cell, in quotes if it needs them.
fn write_quoted_if_needed(text: &[u8], row: &mut RowCursor<'_>) {
    let must = |b: &u8| matches!(b, b',' | b'"' | b'\n' | b'\r');
    if text.iter().any(must) {
        write_quoted(text, row);
    } else {
        row.push_slice(text);
    }
}

fn write_quoted(text: &[u8], row: &mut RowCursor<'_>) {
    row.push(b'"');
    let mut rest = text;
    while let Some(block) = rest.first_chunk() {
        let quotes = mark_either(block, b'"', b'"');
        let length = BLOCK_BYTES.min(quotes.trailing_zeros() as usize + 1);
        row.push_block(block, length);
        if quotes != 0 {
            row.push(b'"');
        }
        rest = &rest[length..];
    }
    for byte in rest {
        row.push(*byte);
        if *byte == b'"' {
            row.push(b'"');
        }
    }
    row.push(b'"');
}

#[cfg(test)]
#[path = "row_encoder_tests.rs"]
mod tests;
