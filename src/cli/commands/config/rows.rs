//! What config values look like.

use crate::app::config::{Changed, Described, Entry, Setting};
use crate::domain::config::lookup::Origin;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;

impl Row for Entry {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "path",
            title: "path",
        },
        Column {
            field: "value",
            title: "value",
        },
        Column {
            field: "origin",
            title: "from",
        },
        Column {
            field: "title",
            title: "title",
        },
        Column {
            field: "set_at",
            title: "",
        },
    ];

    fn cells(&self, _look: &Look) -> Vec<Text> {
        let tone = match self.origin {
            Origin::Scope(_) => Tone::Plain,
            Origin::BuiltIn | Origin::Unset => Tone::Dim,
        };
        vec![
            self.path.clone().into(),
            self.value.clone().unwrap_or_default().into(),
            Text::toned(self.from(), tone),
            self.title.clone().into(),
        ]
    }
}

impl Entry {
    /// Where the value comes from, and where another one counts.
    fn from(&self) -> String {
        let elsewhere = match &self.set_at[..] {
            [] => return self.origin.to_string(),
            [one] => one.to_string(),
            [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        };
        match self.origin {
            Origin::Unset => format!("only {elsewhere}"),
            _ => format!("{}, but {elsewhere}", self.origin),
        }
    }
}

impl Card for Described {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        let default = self.default.clone().unwrap_or_else(|| "none".to_owned());
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("path", self.path.clone().into()),
            ("title", self.title.clone().into()),
            ("meaning", self.meaning.clone().into()),
            ("takes", self.values.clone().into()),
            ("default", default.into()),
            ("set at", scopes.join(", ").into()),
            ("resource", self.resource.id().into()),
        ];
        if self.read_only {
            lines.push(("read only", "fixed when the store is made".into()));
        }
        lines
    }
}

fn origin_text(origin: &Origin) -> String {
    match origin {
        Origin::Scope(scope) => scope.to_string(),
        Origin::BuiltIn => "built-in default".to_owned(),
        Origin::Unset => "not set".to_owned(),
    }
}

impl Card for Setting {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        vec![
            ("value", self.value.clone().unwrap_or_default().into()),
            ("from", origin_text(&self.origin).into()),
        ]
    }
}

impl Card for Changed {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(inherits)".into());
        let change = if self.changed {
            format!("{} → {}", shown(&self.before), shown(&self.after))
        } else {
            format!("{} (as before)", shown(&self.after))
        };
        vec![
            ("path", self.path.clone().into()),
            ("scope", self.scope.to_string().into()),
            ("value", change.into()),
        ]
    }
}
