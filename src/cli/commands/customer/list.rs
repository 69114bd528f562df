//! `lac customer list`.

use clap::Args;

use crate::app::customers::{CustomerView, List};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::cli::{input, paging};
use crate::domain::form::OptionalText;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::store::Result;

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

impl Row for CustomerView {
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
            field: "name",
            title: "name",
        },
        Column {
            field: "website",
            title: "website",
        },
        Column {
            field: "store_view",
            title: "store view",
        },
        Column {
            field: "active",
            title: "state",
        },
        Column {
            field: "confirmed",
            title: "",
        },
        Column {
            field: "vip",
            title: "",
        },
        Column {
            field: "consent",
            title: "consent",
        },
        Column {
            field: "consent_changed_at",
            title: "",
        },
        Column {
            field: "consent_until",
            title: "",
        },
        Column {
            field: "first_name",
            title: "",
        },
        Column {
            field: "last_name",
            title: "",
        },
        Column {
            field: "created_at",
            title: "",
        },
        Column {
            field: "updated_at",
            title: "",
        },
        Column {
            field: "website_confirmed",
            title: "",
        },
        Column {
            field: "moved_from",
            title: "",
        },
    ];

    fn cells(&self, _look: &Look) -> Vec<Text> {
        vec![
            self.id.to_string().into(),
            self.email.clone().into(),
            self.name.clone().into(),
            self.website.clone().into(),
            self.store_view.clone().unwrap_or_default().into(),
            state(self),
            consent_text(&self.consent),
        ]
    }
}
