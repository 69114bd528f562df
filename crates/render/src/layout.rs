//! Fits tables to the width of a terminal. Columns that identify a row (an id,
//! an address, a number) are never wrapped. Other columns get narrower first,
//! then they are left out from the last to the first. If that is not enough,
//! each row is written as lines of title and value.

use std::io::{self, Write};

use comfy_table::{ColumnConstraint, Table, Width};
use unicode_width::UnicodeWidthStr;

use super::Style;
use super::column::Heading;
use super::sanitize::{sanitize, sanitize_truncated};
use super::styled_text::paint;
use super::styled_text::{Emphasis, StyledText};
use super::table::{cell, styled};

/// Fields that identify a row. The first column of a table does so too.
const IDENTIFYING: [&str; 8] = [
    "seq",
    "id",
    "email",
    "customer_id",
    "customer_email",
    "number",
    "path",
    "kid",
];

/// Fields that are left out first: they are rarely what a list is read for.
const DROPPED_FIRST: [&str; 1] = ["store_view"];

/// Words of up to this width are kept whole if possible.
const MAX_WORD_WIDTH: usize = 18;

/// Words of up to this width are always kept whole; a column is left out
/// instead. A date has ten characters.
const MIN_WORD_WIDTH: usize = 10;

/// Rows are kept in memory until the widths are known. After this many rows
/// they are written and a new section begins, so that memory stays bounded.
const SECTION: u64 = 10_000;

/// A table of any length, written in sections.
pub struct Sections<'w> {
    out: &'w mut dyn Write,
    headings: Vec<Heading>,
    style: Style,
    written: u64,
    /// Rows that are not written yet.
    held: Vec<Vec<StyledText>>,
}

impl<'w> Sections<'w> {
    pub fn new(out: &'w mut dyn Write, headings: Vec<Heading>, style: Style) -> Self {
        Self {
            out,
            headings,
            style,
            written: 0,
            held: Vec::new(),
        }
    }

    pub fn style(&self) -> &Style {
        &self.style
    }

    /// Adds a row.
    pub fn push(&mut self, cells: Vec<StyledText>) -> io::Result<()> {
        self.held.push(cells);
        self.written += 1;
        if self.written.is_multiple_of(SECTION) {
            self.write_section()?;
        }
        Ok(())
    }

    /// Writes the rows that are left. Returns the number of all rows.
    pub fn finish(mut self) -> io::Result<u64> {
        if !self.held.is_empty() {
            self.write_section()?;
        }
        self.out.flush()?;
        Ok(self.written)
    }

    fn write_section(&mut self) -> io::Result<()> {
        // In a pipe, only the first section has the titles.
        let with_titles = self.style.width.is_some() || self.written <= SECTION;
        let rows = std::mem::take(&mut self.held);
        write_table(self.out, &self.headings, &rows, &self.style, with_titles)
    }
}

/// Writes rows under their titles. `with_titles` is `false` for later sections
/// in a pipe.
fn write_table(
    out: &mut dyn Write,
    columns: &[Heading],
    rows: &[Vec<StyledText>],
    style: &Style,
    with_titles: bool,
) -> io::Result<()> {
    let Some(width) = style.width.map(usize::from) else {
        let all: Vec<usize> = (0..columns.len()).collect();
        let lines = build_table(columns, rows, style, &all);
        return write_lines(out, &lines, usize::from(!with_titles));
    };
    let Some(fit) = ColumnFit::choose(columns, rows, width) else {
        return write_records(out, columns, rows, style);
    };
    let mut table = build_table(columns, rows, style, &fit.shown);
    for (column, least) in table.column_iter_mut().zip(&fit.least) {
        let least = u16::try_from(least + 2).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
    }
    write_lines(out, &table, 0)?;
    let left_out = (0..columns.len()).filter(|at| !fit.shown.contains(at));
    let left_out: Vec<&str> = left_out.map(|at| columns[at].title).collect();
    if left_out.is_empty() {
        return Ok(());
    }
    let note = format!("no room for: {}", left_out.join(", "));
    let note =
        StyledText::with_emphasis(sanitize_truncated(&note, width).into_owned(), Emphasis::Dim);
    writeln!(out, "{}", paint(&note, style))
}

fn build_table(
    columns: &[Heading],
    rows: &[Vec<StyledText>],
    style: &Style,
    shown: &[usize],
) -> Table {
    let titles = shown.iter().map(|at| columns[*at].title).collect();
    let mut table = styled(style, titles);
    for row in rows {
        let texts = shown.iter().filter_map(|at| row.get(*at));
        table.add_row(texts.map(|text| cell(text, style)));
    }
    table
}

fn write_lines(out: &mut dyn Write, table: &Table, skip: usize) -> io::Result<()> {
    for line in table.lines().skip(skip) {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes each row as lines of title and value, and an empty line. Long values
/// are not wrapped: the terminal does that, and they can still be copied as one
/// line.
fn write_records(
    out: &mut dyn Write,
    columns: &[Heading],
    rows: &[Vec<StyledText>],
    style: &Style,
) -> io::Result<()> {
    let titles = columns.iter().map(|column| column.title);
    let label = titles.clone().map(UnicodeWidthStr::width).max();
    let label = label.unwrap_or(0);
    for row in rows {
        for (title, text) in titles.clone().zip(row) {
            if !text.text.is_empty() {
                writeln!(out, "{title:label$}  {}", paint(text, style))?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The columns that are shown, and the least width of each.
struct ColumnFit {
    shown: Vec<usize>,
    least: Vec<usize>,
}

impl ColumnFit {
    fn choose(columns: &[Heading], rows: &[Vec<StyledText>], width: usize) -> Option<Self> {
        let longest = longest_words(columns, rows);
        let is_kept = |at: usize| at == 0 || IDENTIFYING.contains(&columns[at].field);
        let mut shown: Vec<usize> = (0..columns.len()).collect();
        loop {
            // Each column has a space on both sides; lines between columns and
            // at both ends.
            let room = width.saturating_sub(3 * shown.len() + 1);
            let least = |most: usize| -> Vec<usize> {
                let word = |at: &usize| match longest[*at] {
                    word if is_kept(*at) => word,
                    word => word.min(most),
                };
                shown.iter().map(word).collect()
            };
            let fitting = (MIN_WORD_WIDTH..=MAX_WORD_WIDTH).rev().map(least);
            let mut fitting = fitting.filter(|least| least.iter().sum::<usize>() <= room);
            if let Some(least) = fitting.next() {
                drop(fitting);
                return Some(Self { shown, least });
            }
            drop(fitting);
            let goes = |at: &usize| DROPPED_FIRST.contains(&columns[*at].field);
            let first = shown.iter().position(goes);
            let dropped = first.or_else(|| shown.iter().rposition(|at| !is_kept(*at)))?;
            shown.remove(dropped);
        }
    }
}

/// The width of the longest word of each column, including its title.
fn longest_words(columns: &[Heading], rows: &[Vec<StyledText>]) -> Vec<usize> {
    let longest = |text: &str| {
        let words = text.split([' ', '\n']).map(UnicodeWidthStr::width);
        words.max().unwrap_or(0)
    };
    let mut all: Vec<usize> = columns.iter().map(|column| longest(column.title)).collect();
    for row in rows {
        for (word, text) in all.iter_mut().zip(row) {
            *word = longest(&sanitize(&text.text)).max(*word);
        }
    }
    all
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
