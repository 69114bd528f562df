//! The parts of a section.

use std::fmt::Write as _;

use super::charts;
use super::{foreign, number, text};
use crate::list::{Text, Tone};
use crate::paper::{Entry, Grid, Part};

pub(super) fn write(body: &mut String, parts: &[Part]) {
    let mut grids = 0;
    for (at, part) in parts.iter().enumerate() {
        // Tables that follow each other stand side by side where there is room.
        let is_grid =
            |part: Option<&Part>| matches!(part, Some(Part::Grid(grid)) if is_small(grid));
        if is_grid(Some(part)) && grids == 0 && is_grid(parts.get(at + 1)) {
            *body += "<div class=\"beside\">\n";
            grids = 1;
        }
        one(body, part);
        if grids > 0 && !is_grid(parts.get(at + 1)) {
            *body += "</div>\n";
            grids = 0;
        }
    }
}

/// Whether half a page is enough for it.
fn is_small(grid: &Grid) -> bool {
    grid.columns.len() <= 2
}

fn one(body: &mut String, part: &Part) {
    match part {
        Part::Words(words) => {
            let _ = writeln!(body, "<p>{}</p>", text(words));
        }
        Part::Command(command) => {
            let lines: Vec<String> = command.split('\n').map(text).collect();
            let _ = writeln!(body, "<pre><code>{}</code></pre>", lines.join("\n"));
        }
        Part::Figures(figures) => {
            *body += "<dl class=\"figures\">\n";
            for (count, name) in figures {
                let _ = writeln!(
                    body,
                    "<div><dt>{}</dt><dd>{}</dd></div>",
                    text(name),
                    number(*count)
                );
            }
            *body += "</dl>\n";
        }
        Part::Grid(grid) => table(body, grid),
        Part::Entry(entry) => article(body, entry),
        Part::Days(days) => charts::days(body, days),
        Part::Heat(heat) => charts::heat(body, heat),
    }
}

fn article(body: &mut String, entry: &Entry) {
    let title = text(&entry.title);
    let _ = write!(body, "<article>\n<h3>{title}</h3>\n<dl class=\"facts\">\n");
    for (label, value) in &entry.facts {
        let _ = writeln!(
            body,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            text(label),
            toned(value)
        );
    }
    *body += "</dl>\n</article>\n";
}

fn table(body: &mut String, grid: &Grid) {
    let caption = text(&grid.caption);
    if grid.rows.is_empty() {
        let empty = text(grid.empty);
        let _ = writeln!(
            body,
            "<div class=\"table\"><p class=\"caption\">{caption}</p><p class=\"none\">{empty}</p></div>"
        );
        return;
    }
    // Wide tables are scrolled sideways on a phone, by keyboard too.
    let _ = write!(
        body,
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n\
         <caption>{caption}</caption>\n<thead><tr>"
    );
    for head in &grid.columns {
        let class = if head.number { " class=\"number\"" } else { "" };
        let _ = write!(body, "<th scope=\"col\"{class}>{}</th>", text(head.title));
    }
    if grid.bars.is_some() {
        // What the bars say is in the column of numbers already.
        *body += "<td class=\"bar\" aria-hidden=\"true\"></td>";
    }
    *body += "</tr></thead>\n<tbody>\n";
    let bars = grid.bars.as_deref().unwrap_or_default();
    let max = bars.iter().copied().max().unwrap_or(0);
    for (at, row) in grid.rows.iter().enumerate() {
        *body += "<tr>";
        for (cell, head) in row.iter().zip(&grid.columns) {
            let class = if head.number { " class=\"number\"" } else { "" };
            let _ = write!(body, "<td{class}>{}</td>", toned(cell));
        }
        if let Some(count) = bars.get(at) {
            let bar = charts::bar(*count, max);
            let _ = write!(body, "<td class=\"bar\" aria-hidden=\"true\">{bar}</td>");
        }
        *body += "</tr>\n";
    }
    *body += "</tbody>\n</table>\n";
    if grid.more > 0 {
        let _ = writeln!(body, "<p class=\"more\">and {} more</p>", number(grid.more));
    }
    *body += "</div>\n";
}

fn toned(cell: &Text) -> String {
    let shown = match cell.text.as_str() {
        "" => "–".to_owned(),
        other => foreign(other),
    };
    let class = match cell.tone {
        Tone::Plain => return shown,
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Warning => "warning",
        Tone::Dim => "dim",
    };
    format!("<span class=\"{class}\">{shown}</span>")
}
