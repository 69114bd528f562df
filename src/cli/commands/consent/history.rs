//! `lac consent history`.

use clap::Args;

use super::Who;
use super::change::until;
use crate::app::consent::{Entry, History};
use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::domain::audit::Outcome;
use crate::domain::form::OptionalText;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::store::Result;

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

impl Row for Entry {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "seq",
            title: "seq",
        },
        Column {
            field: "time",
            title: "time",
        },
        Column {
            field: "action",
            title: "action",
        },
        Column {
            field: "result",
            title: "result",
        },
        Column {
            field: "admin",
            title: "by",
        },
        Column {
            field: "source",
            title: "source",
        },
        Column {
            field: "storefront",
            title: "",
        },
        Column {
            field: "customer_id",
            title: "customer",
        },
        Column {
            field: "customer_email",
            title: "",
        },
        Column {
            field: "website",
            title: "website",
        },
        Column {
            field: "before",
            title: "",
        },
        Column {
            field: "after",
            title: "",
        },
        Column {
            field: "until",
            title: "until",
        },
        Column {
            field: "reason",
            title: "reason",
        },
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        let result = match self.result {
            Outcome::Success => Text::toned("success", Tone::Good),
            Outcome::Failure => Text::toned("failure", Tone::Bad),
        };
        let by = self.admin.clone().or_else(|| self.storefront.clone());
        vec![
            self.seq.to_string().into(),
            look.short_time(self.time).into(),
            self.action.clone().into(),
            result,
            by.unwrap_or_default().into(),
            self.source.clone().unwrap_or_default().into(),
            self.customer_id
                .map_or_else(String::new, |id| id.to_string())
                .into(),
            self.website.clone().unwrap_or_default().into(),
            until(self.until, look),
            self.reason.clone().unwrap_or_default().into(),
        ]
    }
}
