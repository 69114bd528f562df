//! Rows of events as programs read them, written straight from the stored
//! texts. `tests` hold them against what serde makes of the same events.

use crate::domain::audit::{Cut, Field, decoded};

use super::safe::formula_guard;

/// How rows are written.
#[derive(Debug, Clone)]
pub struct Rows {
    kind: Kind,
    columns: Vec<Field>,
    /// CSV cells that a spreadsheet would run as formulas stay as they are.
    raw: bool,
    /// What stands before each value of a JSON object.
    keys: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Csv,
}

impl Rows {
    /// One JSON object a row, without white space.
    pub fn json(columns: &[Field]) -> Self {
        Self::new(Kind::Json, columns, true)
    }

    /// CSV (RFC 4180 but for the line ends, which are LF), formulas made inert
    /// unless `raw`.
    pub fn csv(columns: &[Field], raw: bool) -> Self {
        Self::new(Kind::Csv, columns, raw)
    }

    /// All fields where no column is asked for.
    fn new(kind: Kind, columns: &[Field], raw: bool) -> Self {
        let columns = if columns.is_empty() {
            Field::ALL
        } else {
            columns
        };
        let key = |(at, field): (usize, &Field)| {
            format!("{}\"{}\":", if at == 0 { '{' } else { ',' }, field.name())
        };
        Self {
            kind,
            keys: columns.iter().enumerate().map(key).collect(),
            columns: columns.to_vec(),
            raw,
        }
    }

    /// What comes before the first row.
    pub fn head(&self) -> String {
        match self.kind {
            Kind::Json => String::new(),
            Kind::Csv => {
                let names: Vec<&str> = self.columns.iter().map(|field| field.name()).collect();
                names.join(",") + "\n"
            }
        }
    }

    /// Writes one row, with the end of its line.
    pub fn write(&self, event: &Cut<'_>, out: &mut Vec<u8>) {
        self.write_open(event, out);
        out.push(b'\n');
    }

    /// The same without the end of the line.
    pub fn write_open(&self, event: &Cut<'_>, out: &mut Vec<u8>) {
        match self.kind {
            Kind::Json => {
                for (key, field) in self.keys.iter().zip(&self.columns) {
                    out.extend_from_slice(key.as_bytes());
                    out.extend_from_slice(event.value(*field).as_bytes());
                }
                out.push(b'}');
            }
            Kind::Csv => {
                for (at, field) in self.columns.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    self.cell(event.value(*field), out);
                }
            }
        }
    }

    /// Text as it is, nothing for null, JSON for what is nested.
    fn cell(&self, value: &str, out: &mut Vec<u8>) {
        if value == "null" {
            if self.columns.len() == 1 {
                // A line with nothing on it would be no row.
                out.extend_from_slice(b"\"\"");
            }
            return;
        }
        match decoded(value) {
            None => quote(value, out),
            Some(text) if self.raw || is_plainly_harmless(&text) => quote(&text, out),
            Some(text) => quote(&formula_guard(&text), out),
        }
        if self.columns.len() == 1 && value == "\"\"" {
            out.extend_from_slice(b"\"\"");
        }
    }
}

/// Whether no closer look at a cell is needed: it begins with a letter or digit.
fn is_plainly_harmless(text: &str) -> bool {
    text.as_bytes()
        .first()
        .is_none_or(u8::is_ascii_alphanumeric)
}

/// A cell, quoted where it must be.
fn quote(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let must = |b: &u8| matches!(b, b',' | b'"' | b'\n' | b'\r');
    if !bytes.iter().any(must) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'"' {
            out.extend_from_slice(&bytes[from..=at]);
            from = at;
        }
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
