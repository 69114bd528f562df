//! `lac consent show`.

use super::CustomerArgs;
use super::change::format_until;
use crate::cli::runner::Cli;
use crate::cli::view::{KeyValueView, TableRow};
use lac_app::shop::consent::{ConsentShow, ConsentShown, ConsentView};
use lac_model::bounded::IntoBoundedText;
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

/// Prints a single customer as one object; several, or stdin, as a list.
pub(super) fn show(args: &CustomerArgs, cli: &Cli) -> Result<()> {
    let request = ConsentShow {
        customers: args.resolve(cli)?,
        website: args.website.clone().into_bounded()?,
    };
    let found = match cli.run(request)? {
        ConsentShown::Customers(found) => found,
        ConsentShown::Own(own) => return cli.print_view(&*own),
    };
    match (found.as_slice(), args.customers.as_slice()) {
        ([one], []) => cli.print_view(one),
        ([one], [named]) if named != "-" => cli.print_view(one),
        _ => cli.print_list(&found),
    }
}

fn consent_text(view: &ConsentView) -> StyledText {
    let emphasis = if view.consent == "granted" {
        Emphasis::Good
    } else {
        Emphasis::Dim
    };
    StyledText::with_emphasis(view.consent.clone(), emphasis)
}

fn changed_by_text(view: &ConsentView) -> String {
    let source = view.source.map_or("", |source| source.as_str());
    match &view.changed_by {
        Some(name) => format!("{name} ({source})"),
        None => source.to_owned(),
    }
}

impl KeyValueView for ConsentView {
    fn lines(&self, style: &Style) -> KeyValues {
        let since = self.changed_at.map(|time| style.time(time));
        let login = if self.allowed {
            StyledText::with_emphasis("yes", Emphasis::Good)
        } else {
            StyledText::with_emphasis("no", Emphasis::Bad)
        };
        KeyValues::new()
            .add("id", self.id.to_string())
            .add("e-mail", &self.email)
            .add("website", &self.website)
            .add("consent", consent_text(self))
            .add("until", format_until(self.until, style))
            .add("since", since.unwrap_or_else(|| "never changed".to_owned()))
            .add("changed by", changed_by_text(self))
            .add("mode", self.mode.as_str())
            .add("login allowed", login)
            .add("checkbox title", &self.title)
            .add("tooltip", &self.tooltip)
    }
}

impl TableRow for ConsentView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "id", |row, _| row.id.to_string().into()),
        Column::new("email", "e-mail", |row, _| (&row.email).into()),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::new("consent", "consent", |row, _| consent_text(row)),
        Column::new("until", "until", |row, style| {
            format_until(row.until, style)
        }),
        Column::hidden("mode"),
        Column::hidden("allowed"),
        Column::new("changed_at", "since", |row, style| {
            row.changed_at.map(|time| style.short_time(time)).into()
        }),
        Column::hidden("source"),
        Column::new("changed_by", "changed by", |row, _| {
            changed_by_text(row).into()
        }),
        Column::hidden("title"),
        Column::hidden("tooltip"),
    ];
}
