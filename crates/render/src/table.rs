//! Sets up `comfy_table` for all lists and pages.

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width};
use unicode_width::UnicodeWidthStr;

use super::Style;
use super::sanitize::sanitize;
use super::styled_text::{Emphasis, StyledText};

/// A table with these titles, in the style of all tables.
pub(crate) fn styled(style: &Style, titles: Vec<&str>) -> Table {
    let mut table = Table::new();
    if let Some(width) = style.width {
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    } else {
        // In a pipe, columns are plain and never shortened.
        table.load_style(NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    if style.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(titles.into_iter().map(|title| {
        let cell = Cell::new(title);
        if style.color {
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

/// Longer words may be broken to leave room for other columns.
const LONG: usize = 18;

/// Sets the least widths of the columns so that words are broken only if there
/// is no room, the longest first: breaking a long name is better than breaking
/// a code that somebody may type. For tables with addresses see
/// [`super::layout`].
pub(crate) fn keep_words_whole(table: &mut Table, width: u16) {
    let mut longest = vec![0; table.column_count()];
    let rows = table.header().into_iter().chain(table.row_iter());
    for row in rows {
        for (longest, cell) in longest.iter_mut().zip(row.cell_iter()) {
            let content = cell.content();
            let widest = content.split([' ', '\n']).map(UnicodeWidthStr::width).max();
            *longest = widest.unwrap_or(0).max(*longest);
        }
    }
    // Each column has a space on both sides; lines between columns and at both
    // ends.
    let room = usize::from(width).saturating_sub(3 * longest.len() + 1);
    let needs = |most: usize| longest.iter().map(|word| *word.min(&most)).sum::<usize>();
    let most = (1..=LONG).rev().find(|most| needs(*most) <= room);
    let most = most.unwrap_or(1);
    for (column, word) in table.column_iter_mut().zip(&longest) {
        let least = u16::try_from(*word.min(&most) + 2).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
    }
}

pub(crate) fn cell(text: &StyledText, style: &Style) -> Cell {
    let cell = Cell::new(sanitize(&text.text));
    if !style.color {
        return cell;
    }
    match text.emphasis {
        Emphasis::Plain => cell,
        Emphasis::Good => cell.fg(Color::Green),
        Emphasis::Bad => cell.fg(Color::Red),
        Emphasis::Warning => cell.fg(Color::Yellow),
        Emphasis::Dim => cell.add_attribute(Attribute::Dim),
    }
}
