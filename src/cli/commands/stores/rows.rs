//! What a website, store group or store view looks like.

use crate::app::stores::{Level, Node};
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;

impl Row for Node {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "kind",
            title: "kind",
        },
        Column {
            field: "id",
            title: "id",
        },
        Column {
            field: "code",
            title: "code",
        },
        Column {
            field: "name",
            title: "name",
        },
        Column {
            field: "website",
            title: "",
        },
        Column {
            field: "group",
            title: "",
        },
        Column {
            field: "default",
            title: "default",
        },
        Column {
            field: "active",
            title: "active",
        },
    ];

    fn cells(&self, _look: &Look) -> Vec<Text> {
        let branch = match self.kind {
            Level::Website => "",
            Level::Group => "└ ",
            Level::StoreView => "· └ ",
        };
        let default = if self.default { "default" } else { "" };
        vec![
            self.kind.as_str().into(),
            self.id.to_string().into(),
            format!("{branch}{}", self.code).into(),
            self.name.clone().into(),
            Text::toned(default, Tone::Good),
            self.active.map(Text::yes_no).unwrap_or_default(),
        ]
    }
}

impl Card for Node {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let mut lines: Vec<(&'static str, Text)> = vec![
            (self.kind.as_str(), self.code.clone().into()),
            ("id", self.id.to_string().into()),
            ("name", self.name.clone().into()),
        ];
        if self.kind != Level::Website {
            lines.push(("website", self.website.clone().into()));
        }
        if self.kind == Level::StoreView {
            lines.push(("group", self.group.clone().unwrap_or_default().into()));
        }
        lines.push(("default", Text::yes_no(self.default)));
        lines.extend(self.active.map(|active| ("active", Text::yes_no(active))));
        lines
    }
}
