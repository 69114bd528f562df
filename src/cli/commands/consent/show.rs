//! `lac consent show`.

use super::Who;
use super::change::until;
use crate::app::consent::{ConsentView, Show};
use crate::cli::shop::Shop;
use crate::domain::form::OptionalText;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;
use crate::store::Result;

/// One customer named is one object; several, or stdin, are a list.
pub fn show(args: &Who, shop: &Shop) -> Result<()> {
    let request = Show {
        customers: args.named(shop)?,
        website: args.website.clone().formed()?,
    };
    let found = shop.run(request)?;
    match (found.as_slice(), args.customers.as_slice()) {
        ([one], []) => shop.show(one),
        ([one], [named]) if named != "-" => shop.show(one),
        _ => shop.list(&found),
    }
}

fn word(view: &ConsentView) -> Text {
    let tone = if view.consent == "granted" {
        Tone::Good
    } else {
        Tone::Dim
    };
    Text::toned(view.consent.clone(), tone)
}

fn by(view: &ConsentView) -> String {
    let source = view.source.map_or("", |source| source.as_str());
    match &view.changed_by {
        Some(name) => format!("{name} ({source})"),
        None => source.to_owned(),
    }
}

impl Card for ConsentView {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let since = self.changed_at.map(|time| look.time(time));
        vec![
            ("id", self.id.to_string().into()),
            ("e-mail", self.email.clone().into()),
            ("website", self.website.clone().into()),
            ("consent", word(self)),
            ("until", until(self.until, look)),
            ("since", since.unwrap_or_else(|| "ever".to_owned()).into()),
            ("changed by", by(self).into()),
            ("asked by", self.mode.as_str().into()),
            (
                "a login may",
                if self.allowed {
                    Text::toned("start", Tone::Good)
                } else {
                    Text::toned("not start", Tone::Bad)
                },
            ),
            ("asked as", self.title.clone().into()),
            ("explained as", self.tooltip.clone().into()),
        ]
    }
}

impl Row for ConsentView {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "id",
            title: "id",
        },
        Column {
            field: "email",
            title: "e-mail",
        },
        Column {
            field: "website",
            title: "website",
        },
        Column {
            field: "consent",
            title: "consent",
        },
        Column {
            field: "until",
            title: "until",
        },
        Column {
            field: "mode",
            title: "",
        },
        Column {
            field: "allowed",
            title: "",
        },
        Column {
            field: "changed_at",
            title: "since",
        },
        Column {
            field: "source",
            title: "",
        },
        Column {
            field: "changed_by",
            title: "changed by",
        },
        Column {
            field: "title",
            title: "",
        },
        Column {
            field: "tooltip",
            title: "",
        },
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        let since = self.changed_at.map(|time| look.short_time(time));
        vec![
            self.id.to_string().into(),
            self.email.clone().into(),
            self.website.clone().into(),
            word(self),
            until(self.until, look),
            since.unwrap_or_default().into(),
            by(self).into(),
        ]
    }
}
