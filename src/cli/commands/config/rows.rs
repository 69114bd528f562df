//! What config values look like.

use crate::cli::view::{KeyValueView, Tabled};
use lac_app::config::{Changed, Described, Entry, Setting};
use lac_model::config::lookup::Origin;
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;

impl Tabled for Entry {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("path", "path", |row, _| (&row.path).into()),
        Column::new("value", "value", |row, _| (&row.value).into()),
        Column::new("origin", "from", |row, _| from(row)),
        Column::new("title", "title", |row, _| (&row.title).into()),
        Column::hidden("set_at"),
    ];
}

/// Where the value comes from, and where another one counts.
fn from(entry: &Entry) -> Text {
    let elsewhere = match &entry.set_at[..] {
        [] => None,
        [one] => Some(one.to_string()),
        [one, rest @ ..] => Some(format!("{one} and {} more", rest.len())),
    };
    let from = match (&entry.origin, elsewhere) {
        (origin, None) => origin.to_string(),
        (Origin::Unset, Some(elsewhere)) => format!("only {elsewhere}"),
        (origin, Some(elsewhere)) => format!("{origin}, but {elsewhere}"),
    };
    let tone = match entry.origin {
        Origin::Scope(_) => Tone::Plain,
        Origin::BuiltIn | Origin::Unset => Tone::Dim,
    };
    Text::toned(from, tone)
}

impl KeyValueView for Described {
    fn lines(&self, _look: &Look) -> KeyValues {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        let fixed = self.read_only.then_some("fixed when the store is made");
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

fn origin_text(origin: &Origin) -> String {
    match origin {
        Origin::Scope(scope) => scope.to_string(),
        Origin::BuiltIn => "built-in default".to_owned(),
        Origin::Unset => "not set".to_owned(),
    }
}

impl KeyValueView for Setting {
    fn lines(&self, _look: &Look) -> KeyValues {
        KeyValues::new()
            .add("value", &self.value)
            .add("from", origin_text(&self.origin))
    }
}

impl KeyValueView for Changed {
    fn lines(&self, _look: &Look) -> KeyValues {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(inherits)".into());
        let change = if self.changed {
            format!("{} → {}", shown(&self.before), shown(&self.after))
        } else {
            format!("{} (as before)", shown(&self.after))
        };
        KeyValues::new()
            .add("path", &self.path)
            .add("scope", self.scope.to_string())
            .add("value", change)
    }
}
