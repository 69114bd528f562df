//! How answers are printed for people: as table rows, or as labelled lines. In
//! machine-readable formats they are printed as serde writes them.

use serde::Serialize;

use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;

pub trait TableRow: Serialize + Sized + 'static {
    /// In the order of the JSON fields.
    const COLUMNS: &'static [Column<Self>];
}

pub trait KeyValueView: Serialize {
    fn lines(&self, style: &Style) -> KeyValues;
}
