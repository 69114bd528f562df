//! Audit events as an Excel workbook, row by row.

mod cell;
mod parts;
mod zip;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use self::cell::{COLUMNS, Cell, Column, cut, escape};
use self::parts::{DECLARATION, HEADER, MAIN, Sheet, TIME, parts, sheet_part};
use self::zip::Zip;
use super::sanitize::formula_guard;
use lac_model::audit::EventView;
use lac_model::time::Timestamp;

/// The most rows of a sheet, including the header: Excel's limit.
const MAX_ROWS: u32 = 1_048_576;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Events written, headers not counted.
    pub rows: u64,
    pub sheets: u32,
    /// Cells whose text was too long for Excel and was cut; it ends in `…`.
    pub cut_cells: u64,
}

/// A workbook: one sheet after another, each with a frozen, filtered header.
///
/// Each row is written at once, so memory stays bounded. The same events give
/// the same bytes.
pub struct Sheets<W> {
    zip: Zip<W>,
    /// The columns with their letters: `A`, `B` …
    columns: Vec<(String, &'static Column)>,
    raw: bool,
    max_rows: u32,
    complete: Vec<Sheet>,
    /// Rows of the current sheet.
    filled: u32,
    /// XML that is not yet written.
    xml: String,
    newest: Timestamp,
    rows: u64,
    cut_cells: u64,
}

impl<W: Write> Sheets<W> {
    /// A workbook without rows. `columns` are names of [`EventView`]'s fields,
    /// in any order; `raw` turns the formula guard off. Fails if there are no
    /// columns or an unknown one.
    pub fn new(out: W, columns: &[&str], raw: bool) -> io::Result<Self> {
        Self::with_max_rows(out, columns, raw, MAX_ROWS)
    }

    pub(super) fn with_max_rows(
        out: W,
        columns: &[&str],
        raw: bool,
        max_rows: u32,
    ) -> io::Result<Self> {
        let known = |(at, name): (usize, &&str)| {
            let column = COLUMNS.iter().find(|column| column.name == *name);
            let column = column.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, *name));
            Ok((letters(at), column?))
        };
        let columns: Vec<_> = columns
            .iter()
            .enumerate()
            .map(known)
            .collect::<io::Result<_>>()?;
        if columns.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no column"));
        }
        let mut sheets = Self {
            zip: Zip::new(out),
            columns,
            raw,
            max_rows,
            complete: Vec::new(),
            filled: 0,
            xml: String::new(),
            newest: Timestamp::from_seconds(0),
            rows: 0,
            cut_cells: 0,
        };
        sheets.begin_sheet()?;
        Ok(sheets)
    }

    /// The underlying writer.
    pub fn inner_mut(&mut self) -> &mut W {
        self.zip.inner_mut()
    }

    /// Adds a row, on a new sheet if the current one is full.
    pub fn push(&mut self, event: &EventView) -> io::Result<()> {
        if self.filled == self.max_rows {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.filled += 1;
        let (row, xml) = (self.filled, &mut self.xml);
        let _ = write!(xml, r#"<row r="{row}">"#);
        for (letters, column) in &self.columns {
            match (column.cell)(event) {
                Cell::Empty => {}
                Cell::Number(number) => {
                    let _ = write!(xml, r#"<c r="{letters}{row}"><v>{number}</v></c>"#);
                }
                Cell::Time(serial) => {
                    let _ = write!(
                        xml,
                        r#"<c r="{letters}{row}" s="{TIME}"><v>{serial}</v></c>"#
                    );
                }
                Cell::Text(text) => {
                    let guarded = if self.raw {
                        Cow::Borrowed(&*text)
                    } else {
                        formula_guard(&text)
                    };
                    let shorter = cut(&guarded);
                    self.cut_cells += u64::from(shorter.is_some());
                    push_text(
                        xml,
                        letters,
                        row,
                        "",
                        shorter.as_deref().unwrap_or(&guarded),
                    );
                }
            }
        }
        xml.push_str("</row>");
        self.rows += 1;
        self.newest = self.newest.max(event.time);
        self.write()
    }

    /// Completes the workbook and returns the underlying writer.
    pub fn finish(mut self) -> io::Result<(W, Summary)> {
        self.end_sheet()?;
        for (name, xml) in parts(&self.complete, self.newest) {
            self.zip.add(name, &xml)?;
        }
        let summary = Summary {
            rows: self.rows,
            sheets: u32::try_from(self.complete.len()).unwrap_or(u32::MAX),
            cut_cells: self.cut_cells,
        };
        Ok((self.zip.finish()?, summary))
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.zip.begin(&sheet_part(self.complete.len() + 1))?;
        let selected = if self.complete.is_empty() {
            r#"tabSelected="1" "#
        } else {
            ""
        };
        let xml = &mut self.xml;
        let _ = write!(
            xml,
            concat!(
                r#"{}<worksheet xmlns="{}"><sheetViews><sheetView {}workbookViewId="0">"#,
                r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#,
                r#"<selection pane="bottomLeft"/></sheetView></sheetViews>"#,
                r#"<sheetFormatPr defaultRowHeight="15"/><cols>"#
            ),
            DECLARATION, MAIN, selected
        );
        for (at, (_, column)) in (1..).zip(&self.columns) {
            // Of 7 pixels for each character, 5 are added for the margins.
            let width = f64::from(column.width) + 0.710_937_5;
            let _ = write!(
                xml,
                r#"<col min="{at}" max="{at}" width="{width}" customWidth="1"/>"#
            );
        }
        xml.push_str(r#"</cols><sheetData><row r="1">"#);
        let style = format!(r#" s="{HEADER}""#);
        for (letters, column) in &self.columns {
            push_text(xml, letters, 1, &style, column.name);
        }
        xml.push_str("</row>");
        self.filled = 1;
        self.write()
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        let last = self.columns.last().map_or("A", |(letters, _)| letters);
        let row = self.filled;
        // Ids are text; this turns off Excel's green corner in each of these
        // cells.
        let _ = write!(
            self.xml,
            concat!(
                r#"</sheetData><autoFilter ref="A1:{last}{row}"/>"#,
                r#"<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>"#,
                r#"<ignoredErrors><ignoredError sqref="A1:{last}{row}" numberStoredAsText="1"/></ignoredErrors>"#,
                "</worksheet>"
            ),
            last = last,
            row = row
        );
        self.complete.push(Sheet {
            number: self.complete.len() + 1,
            end: format!("${last}${row}"),
        });
        self.write()?;
        self.zip.end()
    }

    fn write(&mut self) -> io::Result<()> {
        self.zip.write(self.xml.as_bytes())?;
        self.xml.clear();
        Ok(())
    }
}

/// A text cell, even if the text looks like a number or formula. Empty text
/// gets no cell.
fn push_text(xml: &mut String, letters: &str, row: u32, style: &str, text: &str) {
    const WHITE: [char; 3] = ['\t', '\n', ' '];
    if text.is_empty() {
        return;
    }
    let preserve = if text.starts_with(WHITE) || text.ends_with(WHITE) {
        r#" xml:space="preserve""#
    } else {
        ""
    };
    let _ = write!(
        xml,
        r#"<c r="{letters}{row}"{style} t="inlineStr"><is><t{preserve}>"#
    );
    escape(text, xml);
    xml.push_str("</t></is></c>");
}

/// The name of a column: `A` to `Z`, then `AA`.
fn letters(at: usize) -> String {
    let last = char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at % 26]);
    match at / 26 {
        0 => last.to_string(),
        more => letters(more - 1) + &last.to_string(),
    }
}

#[cfg(test)]
mod tests;
