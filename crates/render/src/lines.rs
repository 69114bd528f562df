//! A list without an end: rows are written as they come, in lines of their own.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::column::{Column, Heading, cells, headings};
use super::list::{List, Text};
use super::one::paint;
use super::safe::safe;
use super::{Format, Look};

/// A cell wider than this moves its own line only, not all that follow.
const MOST: usize = 26;

/// Writes rows as lines: aligned columns for people, JSON lines (also for
/// `json`: an array would have to end) or CSV for programs.
#[derive(Debug)]
pub enum Lines<'w, R: 'static> {
    ForPeople(Aligned<'w>, &'static [Column<R>]),
    ForPrograms(Box<List<'w, R>>),
}

/// Columns as wide as what they held so far.
pub struct Aligned<'w> {
    out: &'w mut dyn Write,
    look: Look,
    headings: Vec<Heading>,
    widths: Vec<usize>,
}

impl std::fmt::Debug for Aligned<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let widths = &self.widths;
        f.debug_struct("Aligned")
            .field("widths", widths)
            .finish_non_exhaustive()
    }
}

impl<'w, R: Serialize> Lines<'w, R> {
    pub fn new(
        out: &'w mut dyn Write,
        columns: &'static [Column<R>],
        format: Format,
        look: Look,
    ) -> Self {
        let format = match format {
            Format::Table => {
                let aligned = Aligned {
                    out,
                    look,
                    headings: headings(columns),
                    widths: Vec::new(),
                };
                return Self::ForPeople(aligned, columns);
            }
            Format::Json | Format::Jsonl => Format::Jsonl,
            Format::Csv => Format::Csv,
        };
        Self::ForPrograms(Box::new(List::new(out, columns, format, look)))
    }

    /// Writes these rows, and all of it: nothing is held back. Titles come
    /// before the first of all rows.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn push(&mut self, rows: &[R]) -> io::Result<()> {
        match self {
            Self::ForPeople(aligned, columns) => {
                let rows = rows.iter().map(|row| cells(columns, row, &aligned.look));
                aligned.push(&rows.collect::<Vec<_>>())
            }
            Self::ForPrograms(list) => {
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
            Self::ForPeople(..) => Ok(()),
            Self::ForPrograms(list) => list.finish().map(drop),
        }
    }
}

impl Aligned<'_> {
    fn push(&mut self, rows: &[Vec<Text>]) -> io::Result<()> {
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
                let own = safe(&cell.text).width();
                *width = own.min(MOST).max(*width);
            }
        }
        if is_first {
            let titles: Vec<Text> = titles.map(Text::from).collect();
            let (bold, reset) = if self.look.color {
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
    fn line(&self, cells: &[Text]) -> String {
        let (mut line, mut gap) = (String::new(), 0);
        for (cell, width) in cells.iter().zip(&self.widths) {
            let own = safe(&cell.text).width();
            if own > 0 {
                line.push_str(&" ".repeat(gap));
                line.push_str(&paint(cell, &self.look));
                gap = 0;
            }
            gap += width.saturating_sub(own) + 2;
        }
        line
    }
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
