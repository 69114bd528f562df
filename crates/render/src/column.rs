//! Columns of lists and tables: JSON field, table title, and how a row's cell
//! is written.

use super::Style;
use super::styled_text::StyledText;

/// A column for rows of type `R`.
#[derive(Debug)]
pub struct Column<R> {
    pub(super) heading: Heading,
    show: fn(&R, &Style) -> StyledText,
}

#[derive(Debug, Clone, Copy)]
pub struct Heading {
    /// The JSON field and CSV header.
    pub(super) field: &'static str,
    /// The title in tables; empty for a column that only programs get.
    pub(super) title: &'static str,
}

impl Heading {
    pub const fn new(field: &'static str, title: &'static str) -> Self {
        Self { field, title }
    }
}

impl<R> Column<R> {
    /// `field` is for programs. `title` and what `show` returns are for people;
    /// `show` may return unsafe text, which is made safe when it is written.
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

/// The headings of the columns that people see.
pub(super) fn headings<R>(columns: &[Column<R>]) -> Vec<Heading> {
    let shown = columns.iter().filter(|column| !column.is_hidden());
    shown.map(|column| column.heading).collect()
}

/// The cells of one row, in the order of [`headings`].
pub(super) fn cells<R>(columns: &[Column<R>], row: &R, style: &Style) -> Vec<StyledText> {
    let shown = columns.iter().filter(|column| !column.is_hidden());
    shown.map(|column| (column.show)(row, style)).collect()
}
