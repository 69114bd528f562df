//! What a website, store group or store view looks like.

use crate::cli::view::{KeyValueView, Tabled};
use lac_app::stores::{Level, Node};
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;

/// Its code in the tree.
fn branch(node: &Node) -> String {
    let branch = match node.kind {
        Level::Website => "",
        Level::Group => "└ ",
        Level::StoreView => "· └ ",
    };
    format!("{branch}{}", node.code)
}

impl Tabled for Node {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("kind", "kind", |row, _| row.kind.as_str().into()),
        Column::new("id", "id", |row, _| row.id.to_string().into()),
        Column::new("code", "code", |row, _| branch(row).into()),
        Column::new("name", "name", |row, _| (&row.name).into()),
        Column::hidden("website"),
        Column::hidden("group"),
        Column::new("default", "default", |row, _| {
            Text::toned(if row.default { "default" } else { "" }, Tone::Good)
        }),
        Column::new("active", "active", |row, _| {
            row.active.map(Text::yes_no).into()
        }),
    ];
}

impl KeyValueView for Node {
    fn lines(&self, _look: &Look) -> KeyValues {
        let website = (self.kind != Level::Website).then_some(&self.website);
        let group = (self.kind == Level::StoreView).then_some(&self.group);
        KeyValues::new()
            .add(self.kind.as_str(), &self.code)
            .add("id", self.id.to_string())
            .add("name", &self.name)
            .add_some("website", website)
            .add_some("group", group)
            .add("default", Text::yes_no(self.default))
            .add_some("active", self.active.map(Text::yes_no))
    }
}
