//! How answers are shown to people: as rows of a table, or as lines of label
//! and value. Programs get the same answers as serde writes them.

use serde::Serialize;

use crate::render::Look;
use crate::render::column::Column;
use crate::render::one::KeyValues;

/// A row of a list.
pub trait Tabled: Serialize + Sized + 'static {
    /// In the order of the JSON fields.
    const COLUMNS: &'static [Column<Self>];
}

/// A result with a few fields to show.
pub trait KeyValueView: Serialize {
    fn lines(&self, look: &Look) -> KeyValues;
}
