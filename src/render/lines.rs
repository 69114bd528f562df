//! A list without an end: rows are written as they come, in lines of their own.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::list::{List, Row, Text};
use super::one::paint;
use super::safe::safe;
use super::{Format, Look};

/// A cell wider than this moves its own line only, not all that follow.
const MOST: usize = 26;

/// Writes rows as lines: aligned columns for people, JSON lines (also for
/// `json`: an array would have to end) or CSV for programs.
pub enum Lines<'w, R> {
    ForPeople(Aligned<'w>),
    ForPrograms(Box<List<'w, R>>),
}

/// Columns as wide as what they held so far.
pub struct Aligned<'w> {
    out: &'w mut dyn Write,
    look: Look,
    widths: Vec<usize>,
}

impl<R> std::fmt::Debug for Lines<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Aligned<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let widths = &self.widths;
        f.debug_struct("Aligned")
            .field("widths", widths)
            .finish_non_exhaustive()
    }
}

impl<'w, R: Row> Lines<'w, R> {
    pub fn new(out: &'w mut dyn Write, format: Format, look: Look) -> Self {
        match format {
            Format::Table => Self::ForPeople(Aligned {
                out,
                look,
                widths: Vec::new(),
            }),
            Format::Json | Format::Jsonl => Self::for_programs(out, Format::Jsonl, look),
            Format::Csv => Self::for_programs(out, Format::Csv, look),
        }
    }

    fn for_programs(out: &'w mut dyn Write, format: Format, look: Look) -> Self {
        Self::ForPrograms(Box::new(List::new(out, format, look)))
    }

    /// Writes these rows, and all of it: nothing is held back. Titles come
    /// before the first of all rows.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn push(&mut self, rows: &[R]) -> io::Result<()> {
        match self {
            Self::ForPeople(aligned) => aligned.push(rows),
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
            Self::ForPeople(_) => Ok(()),
            Self::ForPrograms(list) => list.finish().map(drop),
        }
    }
}

impl Aligned<'_> {
    fn push<R: Row>(&mut self, rows: &[R]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let cells: Vec<Vec<Text>> = rows.iter().map(|row| row.cells(&self.look)).collect();
        let titles: Vec<&str> = R::COLUMNS
            .iter()
            .map(|column| column.title)
            .filter(|title| !title.is_empty())
            .collect();
        let is_first = self.widths.is_empty();
        if is_first {
            self.widths = titles.iter().map(|title| title.width()).collect();
        }
        for row in &cells {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                let own = safe(&cell.text).width();
                *width = own.min(MOST).max(*width);
            }
        }
        if is_first {
            let titles: Vec<Text> = titles.into_iter().map(Text::from).collect();
            let (bold, reset) = if self.look.color {
                ("\u{1b}[1m", "\u{1b}[0m")
            } else {
                ("", "")
            };
            writeln!(self.out, "{bold}{}{reset}", self.line(&titles))?;
        }
        for row in &cells {
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
