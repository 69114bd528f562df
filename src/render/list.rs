//! Lists, row by row: the whole list is never held where the format allows.

use std::io::{self, Write};

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width};
use serde::Serialize;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::safe::{formula_guard, safe};
use super::{Format, Look, layout};

/// A column: the field's name for programs, a title for people.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The JSON field and CSV header.
    pub field: &'static str,
    /// The table's header; empty for a column that only programs get.
    pub title: &'static str,
}

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

/// A table is held until its widths are known; after this many rows it is
/// written and another begun, so that memory stays bounded.
const SECTION: u64 = 10_000;

/// One row of a list.
pub trait Row: Serialize {
    /// In the order of the JSON fields.
    const COLUMNS: &'static [Column];

    /// The cells of the titled columns, in order. Need not be safe yet.
    fn cells(&self, look: &Look) -> Vec<Text>;
}

/// Writes a list as it comes.
pub struct List<'w, R> {
    out: &'w mut dyn Write,
    format: Format,
    look: Look,
    written: u64,
    /// Rows of a table that are not written yet.
    held: Vec<Vec<Text>>,
    row: std::marker::PhantomData<R>,
}

impl<R> std::fmt::Debug for List<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("List")
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

impl<'w, R: Row> List<'w, R> {
    pub fn new(out: &'w mut dyn Write, format: Format, look: Look) -> Self {
        Self {
            out,
            format,
            look,
            written: 0,
            held: Vec::new(),
            row: std::marker::PhantomData,
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn push(&mut self, row: &R) -> io::Result<()> {
        match self.format {
            Format::Table => {
                self.held.push(row.cells(&self.look));
                if (self.written + 1).is_multiple_of(SECTION) {
                    self.write_section()?;
                }
            }
            Format::Json => {
                self.out
                    .write_all(if self.written == 0 { b"[" } else { b",\n " })?;
                serde_json::to_writer(&mut self.out, row)?;
            }
            Format::Jsonl => {
                serde_json::to_writer(&mut self.out, row)?;
                self.out.write_all(b"\n")?;
            }
            Format::Csv => {
                if self.written == 0 {
                    self.csv_header()?;
                }
                self.csv_row(row)?;
            }
        }
        self.written += 1;
        Ok(())
    }

    /// Passes on what was written so far; a table is held until it is finished.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes what is still held. An empty table is nothing at all; an empty
    /// JSON list is `[]`; an empty CSV its header.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn finish(mut self) -> io::Result<u64> {
        match self.format {
            Format::Table => {
                if !self.written.is_multiple_of(SECTION) {
                    self.write_section()?;
                }
            }
            Format::Json => {
                self.out
                    .write_all(if self.written == 0 { b"[]\n" } else { b"]\n" })?;
            }
            Format::Csv if self.written == 0 => self.csv_header()?,
            Format::Jsonl | Format::Csv => {}
        }
        self.out.flush()?;
        Ok(self.written)
    }

    fn write_section(&mut self) -> io::Result<()> {
        let titled = R::COLUMNS.iter().filter(|column| !column.title.is_empty());
        let columns: Vec<Column> = titled.copied().collect();
        // A pipe gets the header once.
        let with_titles = self.look.width.is_some() || self.written < SECTION;
        let rows = std::mem::take(&mut self.held);
        layout::write(self.out, &columns, &rows, &self.look, with_titles)
    }

    fn csv_header(&mut self) -> io::Result<()> {
        let header: Vec<&str> = R::COLUMNS.iter().map(|c| c.field).collect();
        self.csv_record(&header)
    }

    fn csv_row(&mut self, row: &R) -> io::Result<()> {
        let value = serde_json::to_value(row)?;
        let raw = self.look.raw;
        let fields: Vec<String> = R::COLUMNS
            .iter()
            .map(|column| csv_field(value.get(column.field), raw))
            .collect();
        self.csv_record(&fields)
    }

    fn csv_record<F: AsRef<[u8]>>(&mut self, fields: &[F]) -> io::Result<()> {
        self.out.write_all(&csv_record(fields)?)
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

/// A table in the house style.
pub fn styled(look: &Look, titles: Vec<&str>) -> Table {
    let mut table = Table::new();
    if let Some(width) = look.width {
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    } else {
        // A pipe gets plain columns, however wide.
        table.load_style(NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    if look.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(titles.into_iter().map(|title| {
        let cell = Cell::new(title);
        if look.color {
            cell.add_attribute(Attribute::Bold)
        } else {
            cell
        }
    }));
    for column in table.column_iter_mut() {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(6)));
    }
    table
}

/// Words longer than this may be broken wherever that helps the others.
const LONG: usize = 18;

/// Words fall apart only where there is no room for them, and the longest
/// first: a long name before a code one may want to read or type. Tables with
/// addresses are laid out by [`layout`].
pub fn keep_words_whole(table: &mut Table, width: u16) {
    let mut longest = vec![0; table.column_count()];
    let rows = table.header().into_iter().chain(table.row_iter());
    for row in rows {
        for (longest, cell) in longest.iter_mut().zip(row.cell_iter()) {
            let content = cell.content();
            let widest = content.split([' ', '\n']).map(UnicodeWidthStr::width).max();
            *longest = widest.unwrap_or(0).max(*longest);
        }
    }
    // A blank on either side of each, a line between them and at both ends.
    let room = usize::from(width).saturating_sub(3 * longest.len() + 1);
    let needs = |most: usize| longest.iter().map(|word| *word.min(&most)).sum::<usize>();
    let most = (1..=LONG).rev().find(|most| needs(*most) <= room);
    let most = most.unwrap_or(1);
    for (column, word) in table.column_iter_mut().zip(&longest) {
        let least = u16::try_from(*word.min(&most) + 2).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
    }
}

pub fn cell(text: &Text, look: &Look) -> Cell {
    let cell = Cell::new(safe(&text.text));
    if !look.color {
        return cell;
    }
    match text.tone {
        Tone::Plain => cell,
        Tone::Good => cell.fg(Color::Green),
        Tone::Bad => cell.fg(Color::Red),
        Tone::Warning => cell.fg(Color::Yellow),
        Tone::Dim => cell.add_attribute(Attribute::Dim),
    }
}
