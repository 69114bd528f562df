//! How answers are shown to people: as rows of a table, or as lines of label
//! and value. Programs get the same answers as serde writes them.

use serde::Serialize;

use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;

/// A row of a list.
pub trait TableRow: Serialize + Sized + 'static {
    /// In the order of the JSON fields.
    const COLUMNS: &'static [Column<Self>];
}

/// A result with a few fields to show.
pub trait KeyValueView: Serialize {
    fn lines(&self, style: &Style) -> KeyValues;
}
