//! How websites, store groups and store views are printed.

use crate::cli::view::{KeyValueView, TableRow};
use lac_app::shop::stores::{StoreLevel, StoreNode};
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};

/// The code, indented as in the tree.
fn tree_label(node: &StoreNode) -> String {
    let branch = match node.kind {
        StoreLevel::Website => "",
        StoreLevel::Group => "└ ",
        StoreLevel::StoreView => "· └ ",
    };
    format!("{branch}{}", node.code)
}

impl TableRow for StoreNode {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("kind", "kind", |row, _| row.kind.as_str().into()),
        Column::new("id", "id", |row, _| row.id.to_string().into()),
        Column::new("code", "code", |row, _| tree_label(row).into()),
        Column::new("name", "name", |row, _| (&row.name).into()),
        Column::hidden("website"),
        Column::hidden("group"),
        Column::new("default", "default", |row, _| {
            StyledText::with_emphasis(if row.default { "default" } else { "" }, Emphasis::Good)
        }),
        Column::new("active", "active", |row, _| {
            row.active.map(StyledText::yes_no).into()
        }),
    ];
}

impl KeyValueView for StoreNode {
    fn lines(&self, _style: &Style) -> KeyValues {
        let website = (self.kind != StoreLevel::Website).then_some(&self.website);
        let group = (self.kind == StoreLevel::StoreView).then_some(&self.group);
        KeyValues::new()
            .add(self.kind.as_str(), &self.code)
            .add("id", self.id.to_string())
            .add("name", &self.name)
            .add_some("website", website)
            .add_some("group", group)
            .add("default", StyledText::yes_no(self.default))
            .add_some("active", self.active.map(StyledText::yes_no))
    }
}
