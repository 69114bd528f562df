//! `lac consent show`.

use super::Who;
use super::change::until;
use crate::cli::shop::Shop;
use crate::cli::view::{KeyValueView, Tabled};
use lac_app::consent::{ConsentView, Show};
use lac_model::form::OptionalText;
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;
use lac_store::Result;

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

impl KeyValueView for ConsentView {
    fn lines(&self, look: &Look) -> KeyValues {
        let since = self.changed_at.map(|time| look.time(time));
        let login = if self.allowed {
            Text::toned("start", Tone::Good)
        } else {
            Text::toned("not start", Tone::Bad)
        };
        KeyValues::new()
            .add("id", self.id.to_string())
            .add("e-mail", &self.email)
            .add("website", &self.website)
            .add("consent", word(self))
            .add("until", until(self.until, look))
            .add("since", since.unwrap_or_else(|| "ever".to_owned()))
            .add("changed by", by(self))
            .add("asked by", self.mode.as_str())
            .add("a login may", login)
            .add("asked as", &self.title)
            .add("explained as", &self.tooltip)
    }
}

impl Tabled for ConsentView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "id", |row, _| row.id.to_string().into()),
        Column::new("email", "e-mail", |row, _| (&row.email).into()),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::new("consent", "consent", |row, _| word(row)),
        Column::new("until", "until", |row, look| until(row.until, look)),
        Column::hidden("mode"),
        Column::hidden("allowed"),
        Column::new("changed_at", "since", |row, look| {
            row.changed_at.map(|time| look.short_time(time)).into()
        }),
        Column::hidden("source"),
        Column::new("changed_by", "changed by", |row, _| by(row).into()),
        Column::hidden("title"),
        Column::hidden("tooltip"),
    ];
}
