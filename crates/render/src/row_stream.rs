//! A list that does not end, such as `log follow`: each row is written at once.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::column::{Column, Heading, cells, headings};
use super::list::List;
use super::sanitize::sanitize;
use super::styled_text::StyledText;
use super::styled_text::paint;
use super::{OutputFormat, Style};

/// A wider cell shifts the rest of its own line, but does not widen the column.
const MAX_COLUMN_WIDTH: usize = 26;

/// Writes rows as lines: aligned columns for people, JSON lines or CSV for
/// programs. `json` gives JSON lines too, because an array would have to end.
pub enum RowStream<'w, R: 'static> {
    Aligned(AlignedColumns<'w>, &'static [Column<R>]),
    MachineReadable(Box<List<'w, R>>),
}

/// Columns that are as wide as the widest cell so far.
pub struct AlignedColumns<'w> {
    out: &'w mut dyn Write,
    style: Style,
    headings: Vec<Heading>,
    widths: Vec<usize>,
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

    /// Writes rows and flushes them. The titles come before the first row.
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

    /// Ends the list. If there were no rows, CSV writes its header.
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

    /// The cells of a line, separated by spaces, without spaces at the end.
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
