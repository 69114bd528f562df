//! `lac customer list`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use crate::cli::{input, paging};
use lac_app::shop::customers::{CustomerList, CustomerView};
use lac_model::bounded::IntoBoundedText;
use lac_render::Style;
use lac_render::column::Column;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Search by id, e-mail address or name (- reads stdin). Addresses that start
    /// with the text come first; a text with digits or dots finds only those
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    search: Option<String>,
    /// Only addresses that start with this (- reads stdin)
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with = "search",
        allow_hyphen_values = true
    )]
    email_prefix: Option<String>,
    /// Only this website
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
    #[command(flatten)]
    paging: Paging,
    /// Do not escape CSV cells that a spreadsheet would run as formulas
    #[arg(long)]
    raw: bool,
}

pub(super) fn list(args: ListArgs, cli: &Cli) -> Result<()> {
    let mut request = CustomerList {
        search: input::optional_text("--search", args.search.as_deref())?.into_bounded()?,
        email_prefix: input::optional_text("--email-prefix", args.email_prefix.as_deref())?
            .into_bounded()?,
        website: args.website.into_bounded()?,
        ..CustomerList::default()
    };
    cli.connect()?;
    let raw = args.raw;
    paging::show_pages_in_style(cli, Style { raw, ..cli.style() }, &args.paging, |part| {
        request.part = part;
        cli.run(request.clone())
    })
}

pub(super) fn consent_text(word: &str) -> StyledText {
    let emphasis = if word == "granted" {
        Emphasis::Good
    } else {
        Emphasis::Dim
    };
    StyledText::with_emphasis(word, emphasis)
}

/// What prevents a login, if anything.
fn state_text(customer: &CustomerView) -> StyledText {
    match (customer.active, customer.confirmed) {
        (false, _) => StyledText::with_emphasis("inactive", Emphasis::Bad),
        (true, false) => StyledText::with_emphasis("unconfirmed", Emphasis::Warning),
        (true, true) if !customer.website_confirmed => {
            StyledText::with_emphasis("active, moved", Emphasis::Warning)
        }
        (true, true) if customer.vip => StyledText::with_emphasis("active, vip", Emphasis::Warning),
        (true, true) => StyledText::with_emphasis("active", Emphasis::Good),
    }
}

impl TableRow for CustomerView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "id", |row, _| row.id.to_string().into()),
        Column::new("email", "e-mail", |row, _| (&row.email).into()),
        Column::new("name", "name", |row, _| (&row.name).into()),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::new("store_view", "store view", |row, _| {
            (&row.store_view).into()
        }),
        Column::new("active", "state", |row, _| state_text(row)),
        Column::hidden("confirmed"),
        Column::hidden("vip"),
        Column::new("consent", "consent", |row, _| consent_text(&row.consent)),
        Column::hidden("consent_changed_at"),
        Column::hidden("consent_until"),
        Column::hidden("first_name"),
        Column::hidden("last_name"),
        Column::hidden("created_at"),
        Column::hidden("updated_at"),
        Column::hidden("website_confirmed"),
        Column::hidden("moved_from"),
    ];
}
