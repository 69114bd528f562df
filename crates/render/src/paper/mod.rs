//! A page for people, on a terminal or as HTML: what it says, not how it looks.
//!
//! Every text may come from outside: whoever writes a page out makes it
//! harmless there, in one place each ([`terminal`], [`super::html`]).

mod days;
pub mod terminal;

pub use days::{Days, Group};

use super::list::Text;

/// The page.
#[derive(Debug, Clone, Default)]
pub struct Paper {
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
    pub parts: Vec<Part>,
}

/// What a section is made of.
#[derive(Debug, Clone)]
pub enum Part {
    /// A paragraph.
    Words(String),
    /// Something to type.
    Command(String),
    /// Numbers that stand for themselves: number and what it counts.
    Figures(Vec<(u64, &'static str)>),
    Grid(Grid),
    /// One thing of a list, label by label.
    Entry(Entry),
    Days(Days),
    Heat(Heat),
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    pub caption: String,
    pub columns: Vec<Head>,
    pub rows: Vec<Vec<Text>>,
    /// A bar for each row, if any.
    pub bars: Option<Vec<u64>>,
    /// Rows that were left out.
    pub more: u64,
    /// What is said where there are no rows.
    pub empty: &'static str,
}

/// A column's heading.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    pub title: &'static str,
    /// Numbers stand at the right.
    pub number: bool,
}

/// Columns by title; one that ends in `#` holds numbers.
pub fn heads(titles: &[&'static str]) -> Vec<Head> {
    let head = |title: &&'static str| match title.strip_suffix('#') {
        Some(title) => Head {
            title,
            number: true,
        },
        None => Head {
            title,
            number: false,
        },
    };
    titles.iter().map(head).collect()
}

/// A heading with lines of label and value.
#[derive(Debug, Clone)]
pub struct Entry {
    pub title: String,
    pub facts: Vec<(&'static str, Text)>,
}

/// Seven weekdays of 24 hours.
#[derive(Debug, Clone)]
pub struct Heat {
    pub caption: String,
    pub hours: Vec<[u64; 24]>,
}

impl Heat {
    pub fn max(&self) -> u64 {
        self.hours.iter().flatten().copied().max().unwrap_or(0)
    }
}
