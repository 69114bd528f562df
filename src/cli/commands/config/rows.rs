//! How config values are printed.

use crate::cli::view::{KeyValueView, TableRow};
use lac_app::shop::config::{ConfigChanged, ConfigDescription, ConfigEntry, ConfigValue};
use lac_model::config::lookup::ValueOrigin;
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};

impl TableRow for ConfigEntry {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("path", "path", |row, _| (&row.path).into()),
        Column::new("value", "value", |row, _| (&row.value).into()),
        Column::new("origin", "from", |row, _| origin_label(row)),
        Column::new("title", "title", |row, _| (&row.title).into()),
        Column::hidden("set_at"),
    ];
}

/// Where the value comes from, and which scopes override it.
fn origin_label(entry: &ConfigEntry) -> StyledText {
    let elsewhere = match &entry.set_at[..] {
        [] => None,
        [one] => Some(one.to_string()),
        [one, rest @ ..] => Some(format!("{one} and {} more", rest.len())),
    };
    let from = match (&entry.origin, elsewhere) {
        (origin, None) => origin.to_string(),
        (ValueOrigin::Unset, Some(elsewhere)) => format!("only {elsewhere}"),
        (origin, Some(elsewhere)) => format!("{origin}, but {elsewhere}"),
    };
    let emphasis = match entry.origin {
        ValueOrigin::Scope(_) => Emphasis::Plain,
        ValueOrigin::BuiltIn | ValueOrigin::Unset => Emphasis::Dim,
    };
    StyledText::with_emphasis(from, emphasis)
}

impl KeyValueView for ConfigDescription {
    fn lines(&self, _style: &Style) -> KeyValues {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        let fixed = self.read_only.then_some("fixed when the store is created");
        KeyValues::new()
            .add("path", &self.path)
            .add("title", &self.title)
            .add("meaning", &self.meaning)
            .add("takes", &self.values)
            .add("default", self.default.as_deref().unwrap_or("none"))
            .add("set at", scopes.join(", "))
            .add("resource", self.resource.id())
            .add_some("read only", fixed)
    }
}

fn origin_text(origin: &ValueOrigin) -> String {
    match origin {
        ValueOrigin::Scope(scope) => scope.to_string(),
        ValueOrigin::BuiltIn => "built-in default".to_owned(),
        ValueOrigin::Unset => "not set".to_owned(),
    }
}

impl KeyValueView for ConfigValue {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new()
            .add("value", &self.value)
            .add("from", origin_text(&self.origin))
    }
}

impl KeyValueView for ConfigChanged {
    fn lines(&self, _style: &Style) -> KeyValues {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(inherits)".into());
        let change = if self.changed {
            format!("{} → {}", shown(&self.before), shown(&self.after))
        } else {
            format!("{} (unchanged)", shown(&self.after))
        };
        KeyValues::new()
            .add("path", &self.path)
            .add("scope", self.scope.to_string())
            .add("value", change)
    }
}
