//! `lac customer list`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use crate::cli::{input, paging};
use lac_app::customers::{CustomerView, List};
use lac_model::form::OptionalText;
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ListArgs {
    /// An id, or part of address or name; addresses that begin with it come
    /// first, and are all there is for a text with digits or dots (- reads stdin)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    search: Option<String>,
    /// Only addresses that begin with this (- reads stdin)
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
    /// Leave CSV cells that a spreadsheet would run as formulas as they are
    #[arg(long)]
    raw: bool,
}

pub fn list(args: ListArgs, shop: &Shop) -> Result<()> {
    let mut request = List {
        search: input::optional("--search", args.search.as_deref())?.formed()?,
        email_prefix: input::optional("--email-prefix", args.email_prefix.as_deref())?.formed()?,
        website: args.website.formed()?,
        ..List::default()
    };
    shop.ready()?;
    let raw = args.raw;
    paging::show_as(shop, Look { raw, ..shop.look() }, &args.paging, |part| {
        request.part = part;
        shop.run(request.clone())
    })
}

pub fn consent_text(word: &str) -> Text {
    let tone = if word == "granted" {
        Tone::Good
    } else {
        Tone::Dim
    };
    Text::toned(word, tone)
}

/// What stands in the way of a login, if anything does.
fn state(customer: &CustomerView) -> Text {
    match (customer.active, customer.confirmed) {
        (false, _) => Text::toned("inactive", Tone::Bad),
        (true, false) => Text::toned("unconfirmed", Tone::Warning),
        (true, true) if !customer.website_confirmed => Text::toned("active, moved", Tone::Warning),
        (true, true) if customer.vip => Text::toned("active, vip", Tone::Warning),
        (true, true) => Text::toned("active", Tone::Good),
    }
}

impl Tabled for CustomerView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "id", |row, _| row.id.to_string().into()),
        Column::new("email", "e-mail", |row, _| (&row.email).into()),
        Column::new("name", "name", |row, _| (&row.name).into()),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::new("store_view", "store view", |row, _| {
            (&row.store_view).into()
        }),
        Column::new("active", "state", |row, _| state(row)),
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
