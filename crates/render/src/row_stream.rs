//! A list without an end: rows are written as they come, in lines of their own.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::column::{Column, Heading, cells, headings};
use super::list::List;
use super::sanitize::sanitize;
use super::styled_text::StyledText;
use super::styled_text::paint;
use super::{OutputFormat, Style};

/// A cell wider than this moves its own line only, not all that follow.
const MAX_COLUMN_WIDTH: usize = 26;

/// Writes rows as lines: aligned columns for people, JSON lines (also for
/// `json`: an array would have to end) or CSV for programs.
#[derive(Debug)]
pub enum RowStream<'w, R: 'static> {
    Aligned(AlignedColumns<'w>, &'static [Column<R>]),
    MachineReadable(Box<List<'w, R>>),
}

/// Columns as wide as what they held so far.
pub struct AlignedColumns<'w> {
    out: &'w mut dyn Write,
    style: Style,
    headings: Vec<Heading>,
    widths: Vec<usize>,
}

impl std::fmt::Debug for AlignedColumns<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let widths = &self.widths;
        f.debug_struct("Aligned")
            .field("widths", widths)
            .finish_non_exhaustive()
    }
}

impl<'w, R: Serialize> RowStream<'w, R> {
    pub fn new(
        out: &'w mut dyn Write,
        columns: &'static [Column<R>],
        format: OutputFormat,
        style: Style,
    ) -> Self {
        let format = match format {
            OutputFormat::Table => {
                let aligned = AlignedColumns {
                    out,
                    style,
                    headings: headings(columns),
                    widths: Vec::new(),
                };
                return Self::Aligned(aligned, columns);
            }
            OutputFormat::Json | OutputFormat::Jsonl => OutputFormat::Jsonl,
            OutputFormat::Csv => OutputFormat::Csv,
        };
        Self::MachineReadable(Box::new(List::new(out, columns, format, style)))
    }

    /// Writes these rows, and all of it: nothing is held back. Titles come
    /// before the first of all rows.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn push(&mut self, rows: &[R]) -> io::Result<()> {
        match self {
            Self::Aligned(aligned, columns) => {
                let rows = rows.iter().map(|row| cells(columns, row, &aligned.style));
                aligned.push(&rows.collect::<Vec<_>>())
            }
            Self::MachineReadable(list) => {
                rows.iter().try_for_each(|row| list.push(row))?;
                list.flush()
            }
        }
    }

    /// The end after all. A CSV without rows is its header.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Aligned(..) => Ok(()),
            Self::MachineReadable(list) => list.finish().map(drop),
        }
    }
}

impl AlignedColumns<'_> {
    fn push(&mut self, rows: &[Vec<StyledText>]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let titles = self.headings.iter().map(|heading| heading.title);
        let is_first = self.widths.is_empty();
        if is_first {
            self.widths = titles.clone().map(UnicodeWidthStr::width).collect();
        }
        for row in rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                let own = sanitize(&cell.text).width();
                *width = own.min(MAX_COLUMN_WIDTH).max(*width);
            }
        }
        if is_first {
            let titles: Vec<StyledText> = titles.map(StyledText::from).collect();
            let (bold, reset) = if self.style.color {
                ("\u{1b}[1m", "\u{1b}[0m")
            } else {
                ("", "")
            };
            writeln!(self.out, "{bold}{}{reset}", self.line(&titles))?;
        }
        for row in rows {
            writeln!(self.out, "{}", self.line(row))?;
        }
        self.out.flush()
    }

    /// Cells side by side; blanks come between, never at the end.
    fn line(&self, cells: &[StyledText]) -> String {
        let (mut line, mut gap) = (String::new(), 0);
        for (cell, width) in cells.iter().zip(&self.widths) {
            let own = sanitize(&cell.text).width();
            if own > 0 {
                line.push_str(&" ".repeat(gap));
                line.push_str(&paint(cell, &self.style));
                gap = 0;
            }
            gap += width.saturating_sub(own) + 2;
        }
        line
    }
}

#[cfg(test)]
#[path = "row_stream_tests.rs"]
mod tests;
