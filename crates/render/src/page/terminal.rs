//! A page on a terminal, or in a pipe.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table};
use unicode_width::UnicodeWidthStr;

use super::{Block, DaySeries, Heatmap, PageEntry, PageTable, ReportPage};
use crate::Style;
use crate::sanitize::sanitize;
use crate::styled_text::paint;
use crate::styled_text::{Emphasis, StyledText};
use crate::table::{cell, keep_words_whole, styled};
use lac_model::time::WEEKDAYS;

/// The greatest width of paragraphs, also if there is no terminal.
const MAX_TEXT_WIDTH: usize = 88;

/// The most rows a chart over days may have.
const MAX_CHART_ROWS: usize = 31;

pub fn write_page(out: &mut dyn Write, page: &ReportPage, style: &Style) -> io::Result<()> {
    let mut writer = TerminalWriter { out, style };
    let (store, title) = (page.store.clone(), page.title.clone());
    writer.heading(&format!("{title} · {store}"))?;
    writer.facts(
        page.about
            .iter()
            .map(|(label, text)| (*label, text.clone().into())),
    )?;
    for notice in &page.notices {
        writeln!(writer.out)?;
        writer.paragraph(notice, Emphasis::Warning)?;
    }
    for section in &page.sections {
        writeln!(writer.out)?;
        writer.heading(section.title)?;
        for (at, part) in section.blocks.iter().enumerate() {
            if at > 0 {
                writeln!(writer.out)?;
            }
            writer.block(part)?;
        }
    }
    writer.out.flush()
}

struct TerminalWriter<'a> {
    out: &'a mut dyn Write,
    style: &'a Style,
}

impl TerminalWriter<'_> {
    fn width(&self) -> usize {
        let width = self.style.width.map_or(MAX_TEXT_WIDTH, usize::from);
        width.clamp(20, MAX_TEXT_WIDTH)
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = sanitize(text);
        if self.style.color {
            return writeln!(self.out, "\u{1b}[1m{text}\u{1b}[0m");
        }
        writeln!(self.out, "{text}")
    }

    fn block(&mut self, part: &Block) -> io::Result<()> {
        match part {
            Block::Paragraph(text) => self.paragraph(text, Emphasis::Plain),
            Block::Command(text) => {
                // Commands are never wrapped: they are typed or compared.
                for line in text.split('\n') {
                    writeln!(self.out, "  {}", sanitize(line))?;
                }
                Ok(())
            }
            Block::Figures(figures) => self.figures(figures),
            Block::Table(grid) => self.table(grid),
            Block::Entry(entry) => self.entry(entry),
            Block::DayChart(days) => self.days(days),
            Block::Heatmap(heat) => self.heatmap(heat),
        }
    }

    fn paragraph(&mut self, text: &str, emphasis: Emphasis) -> io::Result<()> {
        for line in wrap(&sanitize(text), self.width()) {
            writeln!(
                self.out,
                "{}",
                paint(&StyledText::with_emphasis(line, emphasis), self.style)
            )?;
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

    fn entry(&mut self, entry: &PageEntry) -> io::Result<()> {
        self.heading(&entry.title)?;
        self.facts(entry.facts.iter().cloned())
    }

    fn facts(&mut self, facts: impl Iterator<Item = (&'static str, StyledText)>) -> io::Result<()> {
        let facts: Vec<_> = facts.collect();
        let label = facts.iter().map(|(label, _)| label.width()).max();
        let label = label.unwrap_or(0);
        let room = self.width().saturating_sub(label + 2).max(10);
        for (name, text) in &facts {
            let mut name = *name;
            for line in wrap(&sanitize(&text.text), room) {
                let shown = paint(&StyledText::with_emphasis(line, text.emphasis), self.style);
                writeln!(self.out, "{name:label$}  {shown}")?;
                name = "";
            }
        }
        Ok(())
    }

    fn table(&mut self, grid: &PageTable) -> io::Result<()> {
        if !grid.caption.is_empty() {
            self.paragraph(&grid.caption, Emphasis::Plain)?;
        }
        if grid.rows.is_empty() {
            return self.paragraph(grid.empty_text, Emphasis::Dim);
        }
        for line in build_table(grid, self.style).lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        if grid.omitted_rows > 0 {
            self.paragraph(&format!("and {} more", grid.omitted_rows), Emphasis::Dim)?;
        }
        Ok(())
    }

    fn days(&mut self, days: &DaySeries) -> io::Result<()> {
        let (span, groups) = days.group_into(MAX_CHART_ROWS);
        self.paragraph(
            &format!("{}, by {}", days.caption, span.name()),
            Emphasis::Plain,
        )?;
        let max = groups
            .iter()
            .map(|group| group.counts[0])
            .max()
            .unwrap_or(0);
        let labels: Vec<String> = groups.iter().map(|group| group.label(span)).collect();
        let label = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        let [first, second] = days.names;
        // To the right of the bar: its number, then the other number with its
        // name.
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
                let other = StyledText::with_emphasis(format!("{other} {second}"), Emphasis::Bad);
                write!(self.out, " · {}", paint(&other, self.style))?;
            }
            writeln!(self.out)?;
        }
        if groups.is_empty() {
            return self.paragraph(&format!("no {first}"), Emphasis::Dim);
        }
        Ok(())
    }

    /// An hour takes two columns of the terminal, or one if it is narrow.
    fn heatmap(&mut self, heat: &Heatmap) -> io::Result<()> {
        self.paragraph(&heat.caption, Emphasis::Plain)?;
        let each = if self.width() < 4 + 2 * 24 { 1 } else { 2 };
        let mut scale = "    ".to_owned();
        for hour in (0..24).step_by(6) {
            scale += &format!("{hour:<width$}", width = 6 * each);
        }
        writeln!(self.out, "{}", scale.trim_end())?;
        let max = heat.max();
        for (name, hours) in WEEKDAYS.iter().zip(&heat.hours) {
            let shade = |count: &u64| shade_char(*count, max).to_string().repeat(each);
            let row: String = hours.iter().map(shade).collect();
            let sum: u64 = hours.iter().sum();
            writeln!(self.out, "{name} {row} {sum}")?;
        }
        Ok(())
    }
}

fn build_table(grid: &PageTable, style: &Style) -> Table {
    let mut titles: Vec<&str> = grid.columns.iter().map(|head| head.title).collect();
    if grid.bars.is_some() {
        titles.push("");
    }
    let mut table = styled(style, titles);
    let bars = grid.bars.as_deref().unwrap_or_default();
    let max = bars.iter().copied().max().unwrap_or(0);
    let room = if style.width.is_some_and(|width| width < 100) {
        12
    } else {
        18
    };
    for (at, row) in grid.rows.iter().enumerate() {
        let mut cells: Vec<Cell> = row.iter().map(|text| cell(text, style)).collect();
        cells.extend(bars.get(at).map(|count| Cell::new(bar(*count, max, room))));
        table.add_row(cells);
    }
    for (column, head) in table.column_iter_mut().zip(&grid.columns) {
        if head.is_number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if let Some(width) = style.width {
        keep_words_whole(&mut table, width);
    }
    table
}

/// A bar of at most `room` columns, in steps of an eighth. Empty if `count` is
/// 0.
fn bar(count: u64, max: u64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if max == 0 || count == 0 {
        return String::new();
    }
    let all = u128::from(count) * room as u128 * 8 / u128::from(max);
    let all = usize::try_from(all).unwrap_or(0).clamp(1, room * 8);
    format!("{}{}", "█".repeat(all / 8), EIGHTHS[all % 8])
}

/// A dot if `count` is 0, else one of four shades.
fn shade_char(count: u64, max: u64) -> char {
    const SHADES: [char; 4] = ['░', '▒', '▓', '█'];
    if count == 0 {
        return '·';
    }
    let step = (count.saturating_mul(4)).div_ceil(max.max(1)).clamp(1, 4);
    SHADES[usize::try_from(step - 1).unwrap_or(0)]
}

/// Breaks text at spaces into lines of at most `width` columns. Longer words
/// are broken.
fn wrap(text: &str, width: usize) -> Vec<String> {
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
