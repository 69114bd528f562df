//! A page for people, on a terminal or as HTML: what it says, not how it looks.
//!
//! Every text may come from outside: whoever writes a page out makes it
//! harmless there, in one place each ([`terminal`], [`super::html`]).

mod day_series;
pub mod terminal;

pub use day_series::{DayGroup, DaySeries};

use super::styled_text::StyledText;

/// The page.
#[derive(Debug, Clone, Default)]
pub struct ReportPage {
    /// Whose page it is.
    pub store: String,
    pub title: String,
    /// Label and value: what the page is of.
    pub about: Vec<(&'static str, String)>,
    /// What a reader must know before the rest.
    pub notices: Vec<String>,
    pub sections: Vec<Section>,
}

/// A part of it with a heading.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: &'static str,
    pub blocks: Vec<Block>,
}

/// What a section is made of.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph.
    Paragraph(String),
    /// Something to type.
    Command(String),
    /// Numbers that stand for themselves: number and what it counts.
    Figures(Vec<(u64, &'static str)>),
    Table(PageTable),
    /// One thing of a list, label by label.
    Entry(PageEntry),
    DayChart(DaySeries),
    Heatmap(Heatmap),
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct PageTable {
    pub caption: String,
    pub columns: Vec<TableColumn>,
    pub rows: Vec<Vec<StyledText>>,
    /// A bar for each row, if any.
    pub bars: Option<Vec<u64>>,
    /// Rows that were left out.
    pub omitted_rows: u64,
    /// What is said where there are no rows.
    pub empty_text: &'static str,
}

/// A column's heading.
#[derive(Debug, Clone, Copy)]
pub struct TableColumn {
    pub title: &'static str,
    /// Numbers stand at the right.
    pub is_number: bool,
}

/// Columns by title; one that ends in `#` holds numbers.
pub fn table_columns(titles: &[&'static str]) -> Vec<TableColumn> {
    let head = |title: &&'static str| match title.strip_suffix('#') {
        Some(title) => TableColumn {
            title,
            is_number: true,
        },
        None => TableColumn {
            title,
            is_number: false,
        },
    };
    titles.iter().map(head).collect()
}

/// A heading with lines of label and value.
#[derive(Debug, Clone)]
pub struct PageEntry {
    pub title: String,
    pub facts: Vec<(&'static str, StyledText)>,
}

/// Seven weekdays of 24 hours.
#[derive(Debug, Clone)]
pub struct Heatmap {
    pub caption: String,
    pub hours: Vec<[u64; 24]>,
}

impl Heatmap {
    pub fn max(&self) -> u64 {
        self.hours.iter().flatten().copied().max().unwrap_or(0)
    }
}
