//! What a table is made of: one list of columns, each with its field, its title
//! and how it shows a row.

use super::Style;
use super::styled_text::StyledText;

/// A column of rows `R`.
#[derive(Debug)]
pub struct Column<R> {
    pub(super) heading: Heading,
    show: fn(&R, &Style) -> StyledText,
}

/// What a column is called.
#[derive(Debug, Clone, Copy)]
pub struct Heading {
    /// The JSON field and CSV header.
    pub(super) field: &'static str,
    /// The table's header; empty for a column that only programs get.
    pub(super) title: &'static str,
}

impl Heading {
    pub const fn new(field: &'static str, title: &'static str) -> Self {
        Self { field, title }
    }
}

impl<R> Column<R> {
    /// `field` for programs; for people, a title and what a row shows under
    /// it, which need not be safe yet.
    pub const fn new(
        field: &'static str,
        title: &'static str,
        show: fn(&R, &Style) -> StyledText,
    ) -> Self {
        Self {
            heading: Heading::new(field, title),
            show,
        }
    }

    /// A column that only programs get.
    pub const fn hidden(field: &'static str) -> Self {
        Self::new(field, "", |_, _| StyledText::default())
    }

    fn is_hidden(&self) -> bool {
        self.heading.title.is_empty()
    }
}

/// The headings of what people see.
pub(super) fn headings<R>(columns: &[Column<R>]) -> Vec<Heading> {
    let shown = columns.iter().filter(|column| !column.is_hidden());
    shown.map(|column| column.heading).collect()
}

/// The cells under [`headings`].
pub(super) fn cells<R>(columns: &[Column<R>], row: &R, style: &Style) -> Vec<StyledText> {
    let shown = columns.iter().filter(|column| !column.is_hidden());
    shown.map(|column| (column.show)(row, style)).collect()
}
