//! A page on a terminal, or in a pipe.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table};
use unicode_width::UnicodeWidthStr;

use super::{Days, Entry, Grid, Heat, Paper, Part};
use crate::Look;
use crate::list::{Text, Tone};
use crate::one::paint;
use crate::safe::safe;
use crate::table::{cell, keep_words_whole, styled};
use lac_model::time::WEEKDAYS;

/// Columns of running text at most, also where there is no terminal.
const MEASURE: usize = 88;

/// The most rows a chart over days may have.
const ROWS: usize = 31;

/// Writes it.
///
/// # Errors
/// Whatever writing fails with.
pub fn write(out: &mut dyn Write, paper: &Paper, look: &Look) -> io::Result<()> {
    let mut page = Page { out, look };
    let (store, title) = (paper.store.clone(), paper.title.clone());
    page.heading(&format!("{title} · {store}"))?;
    page.facts(
        paper
            .about
            .iter()
            .map(|(label, text)| (*label, text.clone().into())),
    )?;
    for notice in &paper.notices {
        writeln!(page.out)?;
        page.words(notice, Tone::Warning)?;
    }
    for section in &paper.sections {
        writeln!(page.out)?;
        page.heading(section.title)?;
        for (at, part) in section.parts.iter().enumerate() {
            if at > 0 {
                writeln!(page.out)?;
            }
            page.part(part)?;
        }
    }
    page.out.flush()
}

struct Page<'a> {
    out: &'a mut dyn Write,
    look: &'a Look,
}

impl Page<'_> {
    fn width(&self) -> usize {
        let width = self.look.width.map_or(MEASURE, usize::from);
        width.clamp(20, MEASURE)
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = safe(text);
        if self.look.color {
            return writeln!(self.out, "\u{1b}[1m{text}\u{1b}[0m");
        }
        writeln!(self.out, "{text}")
    }

    fn part(&mut self, part: &Part) -> io::Result<()> {
        match part {
            Part::Words(text) => self.words(text, Tone::Plain),
            Part::Command(text) => {
                // One to a line: what is typed or compared is never wrapped.
                for line in text.split('\n') {
                    writeln!(self.out, "  {}", safe(line))?;
                }
                Ok(())
            }
            Part::Figures(figures) => self.figures(figures),
            Part::Grid(grid) => self.grid(grid),
            Part::Entry(entry) => self.entry(entry),
            Part::Days(days) => self.days(days),
            Part::Heat(heat) => self.heat(heat),
        }
    }

    fn words(&mut self, text: &str, tone: Tone) -> io::Result<()> {
        for line in wrapped(&safe(text), self.width()) {
            writeln!(self.out, "{}", paint(&Text::toned(line, tone), self.look))?;
        }
        Ok(())
    }

    fn figures(&mut self, figures: &[(u64, &'static str)]) -> io::Result<()> {
        let widest = |(number, _): &(u64, &str)| number.to_string().len();
        let width = figures.iter().map(widest).max().unwrap_or(0);
        for (number, name) in figures {
            writeln!(self.out, "{number:>width$}  {name}")?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        self.heading(&entry.title)?;
        self.facts(entry.facts.iter().cloned())
    }

    fn facts(&mut self, facts: impl Iterator<Item = (&'static str, Text)>) -> io::Result<()> {
        let facts: Vec<_> = facts.collect();
        let label = facts.iter().map(|(label, _)| label.width()).max();
        let label = label.unwrap_or(0);
        let room = self.width().saturating_sub(label + 2).max(10);
        for (name, text) in &facts {
            let mut name = *name;
            for line in wrapped(&safe(&text.text), room) {
                let shown = paint(&Text::toned(line, text.tone), self.look);
                writeln!(self.out, "{name:label$}  {shown}")?;
                name = "";
            }
        }
        Ok(())
    }

    fn grid(&mut self, grid: &Grid) -> io::Result<()> {
        if !grid.caption.is_empty() {
            self.words(&grid.caption, Tone::Plain)?;
        }
        if grid.rows.is_empty() {
            return self.words(grid.empty, Tone::Dim);
        }
        for line in table(grid, self.look).lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        if grid.more > 0 {
            self.words(&format!("and {} more", grid.more), Tone::Dim)?;
        }
        Ok(())
    }

    fn days(&mut self, days: &Days) -> io::Result<()> {
        let (span, groups) = days.grouped(ROWS);
        self.words(
            &format!("{}, by {}", days.caption, span.name()),
            Tone::Plain,
        )?;
        let max = groups
            .iter()
            .map(|group| group.counts[0])
            .max()
            .unwrap_or(0);
        let labels: Vec<String> = groups.iter().map(|group| group.label(span)).collect();
        let label = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        let [first, second] = days.names;
        // Beside the bar: its number, and the other one with its name.
        let digits = |at: usize| groups.iter().map(move |group| group.counts[at]).max();
        let digits = |at: usize| digits(at).unwrap_or(0).to_string().len();
        let beside = 2 + 1 + digits(0) + 3 + digits(1) + 1 + second.width();
        let room = self.width().saturating_sub(label + beside).clamp(4, 50);
        for (group, name) in groups.iter().zip(&labels) {
            let [main, other] = group.counts;
            let bar = bar(main, max, room);
            let gap = " ".repeat(usize::from(main > 0));
            write!(self.out, "{name:label$}  {bar}{gap}{main}")?;
            if other > 0 {
                let other = Text::toned(format!("{other} {second}"), Tone::Bad);
                write!(self.out, " · {}", paint(&other, self.look))?;
            }
            writeln!(self.out)?;
        }
        if groups.is_empty() {
            return self.words(&format!("no {first}"), Tone::Dim);
        }
        Ok(())
    }

    /// Two columns an hour, one where there is no room for two.
    fn heat(&mut self, heat: &Heat) -> io::Result<()> {
        self.words(&heat.caption, Tone::Plain)?;
        let each = if self.width() < 4 + 2 * 24 { 1 } else { 2 };
        let mut scale = "    ".to_owned();
        for hour in (0..24).step_by(6) {
            scale += &format!("{hour:<width$}", width = 6 * each);
        }
        writeln!(self.out, "{}", scale.trim_end())?;
        let max = heat.max();
        for (name, hours) in WEEKDAYS.iter().zip(&heat.hours) {
            let shade = |count: &u64| shade(*count, max).to_string().repeat(each);
            let row: String = hours.iter().map(shade).collect();
            let sum: u64 = hours.iter().sum();
            writeln!(self.out, "{name} {row} {sum}")?;
        }
        Ok(())
    }
}

fn table(grid: &Grid, look: &Look) -> Table {
    let mut titles: Vec<&str> = grid.columns.iter().map(|head| head.title).collect();
    if grid.bars.is_some() {
        titles.push("");
    }
    let mut table = styled(look, titles);
    let bars = grid.bars.as_deref().unwrap_or_default();
    let max = bars.iter().copied().max().unwrap_or(0);
    let room = if look.width.is_some_and(|width| width < 100) {
        12
    } else {
        18
    };
    for (at, row) in grid.rows.iter().enumerate() {
        let mut cells: Vec<Cell> = row.iter().map(|text| cell(text, look)).collect();
        cells.extend(bars.get(at).map(|count| Cell::new(bar(*count, max, room))));
        table.add_row(cells);
    }
    for (column, head) in table.column_iter_mut().zip(&grid.columns) {
        if head.number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if let Some(width) = look.width {
        keep_words_whole(&mut table, width);
    }
    table
}

/// A bar of at most `room` columns, in eighths of one; nothing for nothing.
fn bar(count: u64, max: u64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if max == 0 || count == 0 {
        return String::new();
    }
    let all = u128::from(count) * room as u128 * 8 / u128::from(max);
    let all = usize::try_from(all).unwrap_or(0).clamp(1, room * 8);
    format!("{}{}", "█".repeat(all / 8), EIGHTHS[all % 8])
}

/// A dot for nothing, else one of four shades.
fn shade(count: u64, max: u64) -> char {
    const SHADES: [char; 4] = ['░', '▒', '▓', '█'];
    if count == 0 {
        return '·';
    }
    let step = (count.saturating_mul(4)).div_ceil(max.max(1)).clamp(1, 4);
    SHADES[usize::try_from(step - 1).unwrap_or(0)]
}

/// Lines of at most `width` columns, broken at blanks; words that are longer
/// are broken where they must be.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            line.push(c);
            if line.width() > width && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, c.to_string()));
            }
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;
