//! A page for people: its content, not how it looks on a terminal or as HTML.
//!
//! Texts may come from outside. They are made safe where they are written, in
//! [`terminal`] and in [`super::html`].

mod day_series;
pub mod terminal;

pub use day_series::{DayGroup, DaySeries};

use super::styled_text::StyledText;

#[derive(Debug, Clone, Default)]
pub struct ReportPage {
    /// The name of the store.
    pub store: String,
    pub title: String,
    /// Labels and values that say what the page is about.
    pub about: Vec<(&'static str, String)>,
    pub notices: Vec<String>,
    pub sections: Vec<Section>,
}

/// A part of a page, with a heading.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: &'static str,
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Debug, Clone)]
pub enum Block {
    Paragraph(String),
    /// Commands or text to type or compare; lines are not wrapped.
    Command(String),
    /// Single numbers, each with the name of what it counts.
    Figures(Vec<(u64, &'static str)>),
    Table(PageTable),
    /// One item of a list, with labels and values.
    Entry(PageEntry),
    DayChart(DaySeries),
    Heatmap(Heatmap),
}

#[derive(Debug, Clone, Default)]
pub struct PageTable {
    pub caption: String,
    pub columns: Vec<TableColumn>,
    pub rows: Vec<Vec<StyledText>>,
    /// The length of each row's bar, if there are bars.
    pub bars: Option<Vec<u64>>,
    /// The number of rows that were left out.
    pub omitted_rows: u64,
    /// The text if there are no rows.
    pub empty_text: &'static str,
}

/// A column's heading.
#[derive(Debug, Clone, Copy)]
pub struct TableColumn {
    pub title: &'static str,
    /// Numbers are aligned to the right.
    pub is_number: bool,
}

/// Columns with these titles. A `#` at the end of a title marks a column of
/// numbers.
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

#[derive(Debug, Clone)]
pub struct PageEntry {
    pub title: String,
    pub facts: Vec<(&'static str, StyledText)>,
}

/// Counts for each hour of each weekday.
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
