//! Audit events as an Excel workbook, row by row.

mod cell;
mod out;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError,
};

use self::cell::{COLUMNS, Cell, Column, fit};
use self::out::{FirstError, io_error};
use super::safe::formula_guard;
use crate::domain::audit::EventView;
use crate::domain::time::Timestamp;

/// Rows of a sheet, the header among them: Excel's own limit.
const MAX_ROWS: u32 = 1_048_576;

/// From here on a sheet may not fit a ZIP file without its 64-bit extension.
const ZIP64_FROM: u64 = u32::MAX as u64;

/// What became of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Events written, headers not counted.
    pub rows: u64,
    pub sheets: u32,
    /// Cells whose text was longer than Excel takes, cut to end in `…`.
    pub cut_cells: u64,
}

/// A workbook: one sheet after another, each with a frozen, filtered header.
///
/// Memory stays bounded: rows wait, uncompressed, in nameless files of a
/// directory, which must be as private as the workbook itself and have room for
/// 1.5 KiB a row or more: where it has not, `rust_xlsxwriter` panics. The same
/// events give the same bytes.
pub struct Sheets {
    book: Workbook,
    columns: Vec<&'static Column>,
    raw: bool,
    max_rows: u32,
    /// Rows of the sheet at hand.
    filled: u32,
    /// At least as many bytes as the XML of the sheet at hand.
    weight: u64,
    needs_zip64: bool,
    newest: Option<Timestamp>,
    header: Format,
    time: Format,
    summary: Summary,
}

impl Sheets {
    /// An empty workbook. `columns` are names of [`EventView`]'s fields, any of
    /// them in any order; `raw` leaves the formula guard out.
    ///
    /// # Errors
    /// No column, an unknown one, or no file could be made in `temp_dir`.
    pub fn new(temp_dir: &Path, columns: &[&str], raw: bool) -> io::Result<Self> {
        Self::with_max_rows(temp_dir, columns, raw, MAX_ROWS)
    }

    pub(super) fn with_max_rows(
        temp_dir: &Path,
        columns: &[&str],
        raw: bool,
        max_rows: u32,
    ) -> io::Result<Self> {
        let known = |name: &&str| {
            let column = COLUMNS.iter().find(|column| column.name == *name);
            column.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, *name))
        };
        let columns: Vec<_> = columns.iter().map(known).collect::<io::Result<_>>()?;
        if columns.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no column"));
        }
        let mut book = Workbook::new();
        book.set_tempdir(temp_dir).map_err(io_error)?;
        let mut sheets = Self {
            book,
            columns,
            raw,
            max_rows,
            filled: 0,
            weight: 0,
            needs_zip64: false,
            newest: None,
            header: Format::new().set_bold(),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss.000"),
            summary: Summary {
                rows: 0,
                sheets: 0,
                cut_cells: 0,
            },
        };
        sheets.next_sheet()?;
        Ok(sheets)
    }

    /// Adds a row, on a new sheet where the last one is full.
    ///
    /// # Errors
    /// No file could be made for a new sheet.
    pub fn push(&mut self, event: &EventView) -> io::Result<()> {
        if self.filled == self.max_rows {
            self.end_sheet()?;
            self.next_sheet()?;
        }
        let row = self.filled;
        let sheet = sheet(&mut self.book, self.summary.sheets).map_err(io_error)?;
        for (at, column) in (0u16..).zip(&self.columns) {
            match (column.cell)(event) {
                Cell::Empty => continue,
                Cell::Number(number) => sheet.write_number(row, at, number),
                Cell::Time(serial) => sheet.write_number_with_format(row, at, serial, &self.time),
                Cell::Text(text) => {
                    let guarded = if self.raw {
                        Cow::Borrowed(&*text)
                    } else {
                        formula_guard(&text)
                    };
                    let (text, was_cut) = fit(&guarded);
                    self.summary.cut_cells += u64::from(was_cut);
                    self.weight += weight(&text);
                    sheet.write_string(row, at, text)
                }
            }
            .map_err(io_error)?;
            self.weight += CELL_WEIGHT;
        }
        self.filled += 1;
        self.summary.rows += 1;
        self.newest = self.newest.max(Some(event.time));
        Ok(())
    }

    /// Writes the workbook, front to back.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn finish(mut self, out: impl Write + Send) -> io::Result<Summary> {
        self.end_sheet()?;
        self.book.use_zip_large_file(self.needs_zip64);
        self.book
            .set_properties(&properties(self.newest).map_err(io_error)?);
        let mut out = FirstError::new(out);
        let saved = self.book.save_to_writer(&mut out);
        out.end()?;
        saved.map_err(io_error)?;
        Ok(self.summary)
    }

    fn next_sheet(&mut self) -> io::Result<()> {
        self.summary.sheets += 1;
        let name = match self.summary.sheets {
            1 => "Log".to_owned(),
            more => format!("Log {more}"),
        };
        let sheet = self.book.add_worksheet_with_constant_memory();
        let head = |sheet: &mut Worksheet| -> Result<(), XlsxError> {
            sheet.set_name(name)?.set_freeze_panes(1, 0)?;
            for (at, column) in (0u16..).zip(&self.columns) {
                sheet.set_column_width(at, column.width)?;
                sheet.write_string_with_format(0, at, column.name, &self.header)?;
            }
            Ok(())
        };
        sheet.and_then(head).map_err(io_error)?;
        (self.filled, self.weight) = (1, 0);
        Ok(())
    }

    /// Says what counts for the whole sheet, once its last row is known.
    fn end_sheet(&mut self) -> io::Result<()> {
        self.needs_zip64 |= self.weight >= ZIP64_FROM;
        let last_row = self.filled - 1;
        let last_column = u16::try_from(self.columns.len() - 1).unwrap_or(u16::MAX);
        let finish = |sheet: &mut Worksheet| -> Result<(), XlsxError> {
            sheet.autofilter(0, 0, last_row, last_column)?;
            // Ids are text on purpose: no green corner in every cell.
            let ignored = IgnoreError::NumberStoredAsText;
            sheet.ignore_error_range(0, 0, last_row, last_column, ignored)?;
            Ok(())
        };
        sheet(&mut self.book, self.summary.sheets)
            .and_then(finish)
            .map_err(io_error)
    }
}

/// The markup of a cell, at most.
const CELL_WEIGHT: u64 = 80;

/// At least as many bytes as `text` takes in XML.
fn weight(text: &str) -> u64 {
    let heavy = |b: &u8| matches!(b, 0..b' ' | b'&' | b'<' | b'>' | b'_' | 0xef);
    let heavy = text.bytes().filter(|b| heavy(b)).count();
    (text.len() + 6 * heavy) as u64
}

/// The `number`th sheet, from 1.
fn sheet(book: &mut Workbook, number: u32) -> Result<&mut Worksheet, XlsxError> {
    book.worksheet_from_index(number as usize - 1)
}

/// Created when the newest event was: the clock has no say in the bytes.
fn properties(newest: Option<Timestamp>) -> Result<DocProperties, XlsxError> {
    let seconds = newest.map_or(0, Timestamp::seconds);
    let created = ExcelDateTime::from_timestamp(seconds.max(0))?;
    Ok(DocProperties::new().set_creation_datetime(&created))
}

#[cfg(test)]
mod tests;
