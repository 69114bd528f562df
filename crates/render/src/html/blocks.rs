//! The blocks of a section as HTML.

use std::fmt::Write as _;

use super::charts;
use super::{escape, group_digits, isolate};
use crate::page::{Block, PageEntry, PageTable};
use crate::styled_text::{Emphasis, StyledText};

pub(super) fn write_blocks(body: &mut String, parts: &[Block]) {
    let mut grids = 0;
    for (at, part) in parts.iter().enumerate() {
        // Adjacent narrow tables are placed side by side if there is room.
        let is_grid =
            |part: Option<&Block>| matches!(part, Some(Block::Table(grid)) if is_half_width(grid));
        if is_grid(Some(part)) && grids == 0 && is_grid(parts.get(at + 1)) {
            *body += "<div class=\"beside\">\n";
            grids = 1;
        }
        write_block(body, part);
        if grids > 0 && !is_grid(parts.get(at + 1)) {
            *body += "</div>\n";
            grids = 0;
        }
    }
}

/// Whether half the width of the page is enough for the table.
fn is_half_width(grid: &PageTable) -> bool {
    grid.columns.len() <= 2
}

fn write_block(body: &mut String, part: &Block) {
    match part {
        Block::Paragraph(words) => {
            let _ = writeln!(body, "<p>{}</p>", escape(words));
        }
        Block::Command(command) => {
            let lines: Vec<String> = command.split('\n').map(escape).collect();
            let _ = writeln!(body, "<pre><code>{}</code></pre>", lines.join("\n"));
        }
        Block::Figures(figures) => {
            *body += "<dl class=\"figures\">\n";
            for (count, name) in figures {
                let _ = writeln!(
                    body,
                    "<div><dt>{}</dt><dd>{}</dd></div>",
                    escape(name),
                    group_digits(*count)
                );
            }
            *body += "</dl>\n";
        }
        Block::Table(grid) => write_table(body, grid),
        Block::Entry(entry) => write_entry(body, entry),
        Block::DayChart(days) => charts::day_chart(body, days),
        Block::Heatmap(heat) => charts::heatmap(body, heat),
    }
}

fn write_entry(body: &mut String, entry: &PageEntry) {
    let title = escape(&entry.title);
    let _ = write!(body, "<article>\n<h3>{title}</h3>\n<dl class=\"facts\">\n");
    for (label, value) in &entry.facts {
        let _ = writeln!(
            body,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escape(label),
            styled_span(value)
        );
    }
    *body += "</dl>\n</article>\n";
}

fn write_table(body: &mut String, grid: &PageTable) {
    let caption = escape(&grid.caption);
    if grid.rows.is_empty() {
        let empty = escape(grid.empty_text);
        let _ = writeln!(
            body,
            "<div class=\"table\"><p class=\"caption\">{caption}</p><p class=\"none\">{empty}</p></div>"
        );
        return;
    }
    // Wide tables can be scrolled sideways on a phone, also with the keyboard.
    let _ = write!(
        body,
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n\
         <caption>{caption}</caption>\n<thead><tr>"
    );
    for head in &grid.columns {
        let class = if head.is_number {
            " class=\"number\""
        } else {
            ""
        };
        let _ = write!(body, "<th scope=\"col\"{class}>{}</th>", escape(head.title));
    }
    if grid.bars.is_some() {
        // Screen readers skip the bars: the column of numbers has the same
        // information.
        *body += "<td class=\"bar\" aria-hidden=\"true\"></td>";
    }
    *body += "</tr></thead>\n<tbody>\n";
    let bars = grid.bars.as_deref().unwrap_or_default();
    let max = bars.iter().copied().max().unwrap_or(0);
    for (at, row) in grid.rows.iter().enumerate() {
        *body += "<tr>";
        for (cell, head) in row.iter().zip(&grid.columns) {
            let class = if head.is_number {
                " class=\"number\""
            } else {
                ""
            };
            let _ = write!(body, "<td{class}>{}</td>", styled_span(cell));
        }
        if let Some(count) = bars.get(at) {
            let bar = charts::bar(*count, max);
            let _ = write!(body, "<td class=\"bar\" aria-hidden=\"true\">{bar}</td>");
        }
        *body += "</tr>\n";
    }
    *body += "</tbody>\n</table>\n";
    if grid.omitted_rows > 0 {
        let _ = writeln!(
            body,
            "<p class=\"more\">and {} more</p>",
            group_digits(grid.omitted_rows)
        );
    }
    *body += "</div>\n";
}

fn styled_span(cell: &StyledText) -> String {
    let shown = match cell.text.as_str() {
        "" => "–".to_owned(),
        other => isolate(other),
    };
    let class = match cell.emphasis {
        Emphasis::Plain => return shown,
        Emphasis::Good => "good",
        Emphasis::Bad => "bad",
        Emphasis::Warning => "warning",
        Emphasis::Dim => "dim",
    };
    format!("<span class=\"{class}\">{shown}</span>")
}
