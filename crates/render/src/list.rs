//! Lists, written row by row. No list is kept whole in memory, except what the
//! format requires.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::column::{Column, cells, headings};
use super::csv_cells::{csv_field, csv_record};
use super::layout::Sections;
use super::{OutputFormat, Style};

/// Writes a list, row by row.
pub struct List<'w, R: 'static> {
    columns: &'static [Column<R>],
    writer: Writer<'w>,
}

impl<'w, R: Serialize> List<'w, R> {
    /// `columns` must be in the order of the JSON fields.
    pub fn new(
        out: &'w mut dyn Write,
        columns: &'static [Column<R>],
        format: OutputFormat,
        style: Style,
    ) -> Self {
        let writer = if format == OutputFormat::Table {
            Writer::ForPeople(Sections::new(out, headings(columns), style))
        } else {
            Writer::ForPrograms(Records {
                out,
                format,
                raw: style.raw,
                fields: columns.iter().map(|c| c.heading.field).collect(),
                written: 0,
            })
        };
        Self { columns, writer }
    }

    /// Adds a row.
    pub fn push(&mut self, row: &R) -> io::Result<()> {
        match &mut self.writer {
            Writer::ForPeople(table) => table.push(cells(self.columns, row, table.style())),
            Writer::ForPrograms(records) => records.push(&serde_json::to_string(row)?),
        }
    }

    /// Flushes the rows written so far. A table keeps rows until it is
    /// finished.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::ForPeople(_) => Ok(()),
            Writer::ForPrograms(records) => records.out.flush(),
        }
    }

    /// Writes what is left and returns the number of rows. An empty table
    /// writes nothing, an empty JSON list `[]`, an empty CSV its header.
    pub fn finish(self) -> io::Result<u64> {
        match self.writer {
            Writer::ForPeople(table) => table.finish(),
            Writer::ForPrograms(records) => records.finish(),
        }
    }
}

/// The part that does not depend on the type of the rows, so that it is
/// compiled once.
enum Writer<'w> {
    ForPeople(Sections<'w>),
    ForPrograms(Records<'w>),
}

/// Writes rows as JSON, JSON lines or CSV.
struct Records<'w> {
    out: &'w mut dyn Write,
    format: OutputFormat,
    raw: bool,
    fields: Vec<&'static str>,
    written: u64,
}

impl Records<'_> {
    fn push(&mut self, json: &str) -> io::Result<()> {
        let is_first = self.written == 0;
        self.written += 1;
        if self.format == OutputFormat::Csv {
            if is_first {
                self.csv_header()?;
            }
            let value: Value = serde_json::from_str(json)?;
            let cell = |field| csv_field(value.get(field), self.raw);
            let cells: Vec<String> = self.fields.iter().map(cell).collect();
            return self.out.write_all(&csv_record(&cells)?);
        }
        let (before, after) = match (self.format, is_first) {
            (OutputFormat::Json, true) => ("[", ""),
            (OutputFormat::Json, false) => (",\n ", ""),
            _ => ("", "\n"),
        };
        for part in [before, json, after] {
            self.out.write_all(part.as_bytes())?;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<u64> {
        match self.format {
            OutputFormat::Json if self.written == 0 => self.out.write_all(b"[]\n")?,
            OutputFormat::Json => self.out.write_all(b"]\n")?,
            OutputFormat::Csv if self.written == 0 => self.csv_header()?,
            _ => {}
        }
        self.out.flush()?;
        Ok(self.written)
    }

    fn csv_header(&mut self) -> io::Result<()> {
        self.out.write_all(&csv_record(&self.fields)?)
    }
}
