//! `lac consent history`.

use clap::Args;

use super::Who;
use super::change::until;
use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use lac_app::consent::{Entry, History};
use lac_model::audit::Outcome;
use lac_model::form::OptionalText;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_store::Result;

#[derive(Debug, Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    paging: Paging,
}

pub fn history(args: &HistoryArgs, shop: &Shop) -> Result<()> {
    let customers = args.who.named(shop)?;
    shop.ready()?;
    paging::show(shop, &args.paging, |part| {
        let request = History {
            customers: customers.clone(),
            website: args.who.website.clone().formed()?,
            part,
        };
        shop.run(request)
    })
}

fn result(entry: &Entry) -> Text {
    match entry.result {
        Outcome::Success => Text::toned("success", Tone::Good),
        Outcome::Failure => Text::toned("failure", Tone::Bad),
    }
}

impl Tabled for Entry {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("seq", "seq", |row, _| row.seq.to_string().into()),
        Column::new("time", "time", |row, look| look.short_time(row.time).into()),
        Column::new("action", "action", |row, _| (&row.action).into()),
        Column::new("result", "result", |row, _| result(row)),
        Column::new("admin", "by", |row, _| {
            row.admin.as_ref().or(row.storefront.as_ref()).into()
        }),
        Column::new("source", "source", |row, _| (&row.source).into()),
        Column::hidden("storefront"),
        Column::new("customer_id", "customer", |row, _| {
            row.customer_id.map(|id| id.to_string()).into()
        }),
        Column::hidden("customer_email"),
        Column::new("website", "website", |row, _| (&row.website).into()),
        Column::hidden("before"),
        Column::hidden("after"),
        Column::new("until", "until", |row, look| until(row.until, look)),
        Column::new("reason", "reason", |row, _| (&row.reason).into()),
    ];
}
