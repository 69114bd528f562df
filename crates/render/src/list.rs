//! Lists, row by row: the whole list is never held where the format allows.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::column::{Column, cells, headings};
use super::layout::Sections;
use super::safe::formula_guard;
use super::{Format, Look};

/// How a cell should strike the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Bad,
    Warning,
    Dim,
}

/// A cell of a table.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub text: String,
    pub tone: Tone,
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            text,
            tone: Tone::Plain,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

/// Nothing to show is an empty cell.
impl<T: Into<Text>> From<Option<T>> for Text {
    fn from(text: Option<T>) -> Self {
        text.map(Into::into).unwrap_or_default()
    }
}

impl From<&Option<String>> for Text {
    fn from(text: &Option<String>) -> Self {
        text.as_deref().into()
    }
}

impl Text {
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }

    /// `yes` and `no`, green and dim.
    pub fn yes_no(yes: bool) -> Self {
        if yes {
            Self::toned("yes", Tone::Good)
        } else {
            Self::toned("no", Tone::Dim)
        }
    }
}

/// Writes a list as it comes.
#[derive(Debug)]
pub struct List<'w, R: 'static> {
    columns: &'static [Column<R>],
    writer: Writer<'w>,
}

impl<'w, R: Serialize> List<'w, R> {
    /// `columns` are in the order of the JSON fields.
    pub fn new(
        out: &'w mut dyn Write,
        columns: &'static [Column<R>],
        format: Format,
        look: Look,
    ) -> Self {
        let writer = if format == Format::Table {
            Writer::ForPeople(Sections::new(out, headings(columns), look))
        } else {
            Writer::ForPrograms(Records {
                out,
                format,
                raw: look.raw,
                fields: columns.iter().map(|c| c.heading.field).collect(),
                written: 0,
            })
        };
        Self { columns, writer }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn push(&mut self, row: &R) -> io::Result<()> {
        match &mut self.writer {
            Writer::ForPeople(table) => table.push(cells(self.columns, row, table.look())),
            Writer::ForPrograms(records) => records.push(&serde_json::to_string(row)?),
        }
    }

    /// Passes on what was written so far; a table is held until it is finished.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::ForPeople(_) => Ok(()),
            Writer::ForPrograms(records) => records.out.flush(),
        }
    }

    /// Writes what is still held. An empty table is nothing at all; an empty
    /// JSON list is `[]`; an empty CSV its header.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn finish(self) -> io::Result<u64> {
        match self.writer {
            Writer::ForPeople(table) => table.finish(),
            Writer::ForPrograms(records) => records.finish(),
        }
    }
}

/// What is the same for rows of every type, and so compiled once.
#[derive(Debug)]
enum Writer<'w> {
    ForPeople(Sections<'w>),
    ForPrograms(Records<'w>),
}

/// Rows of JSON, JSON lines or CSV.
struct Records<'w> {
    out: &'w mut dyn Write,
    format: Format,
    raw: bool,
    fields: Vec<&'static str>,
    written: u64,
}

impl fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

impl Records<'_> {
    fn push(&mut self, json: &str) -> io::Result<()> {
        let is_first = self.written == 0;
        self.written += 1;
        if self.format == Format::Csv {
            if is_first {
                self.csv_header()?;
            }
            let value: Value = serde_json::from_str(json)?;
            let cell = |field| csv_field(value.get(field), self.raw);
            let cells: Vec<String> = self.fields.iter().map(cell).collect();
            return self.out.write_all(&csv_record(&cells)?);
        }
        let (before, after) = match (self.format, is_first) {
            (Format::Json, true) => ("[", ""),
            (Format::Json, false) => (",\n ", ""),
            _ => ("", "\n"),
        };
        for part in [before, json, after] {
            self.out.write_all(part.as_bytes())?;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<u64> {
        match self.format {
            Format::Json if self.written == 0 => self.out.write_all(b"[]\n")?,
            Format::Json => self.out.write_all(b"]\n")?,
            Format::Csv if self.written == 0 => self.csv_header()?,
            _ => {}
        }
        self.out.flush()?;
        Ok(self.written)
    }

    fn csv_header(&mut self) -> io::Result<()> {
        self.out.write_all(&csv_record(&self.fields)?)
    }
}

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
