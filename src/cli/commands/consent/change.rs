//! `lac consent grant` and `revoke`.

use clap::Args;

use super::Who;
use crate::app::consent::{Change, Changed};
use crate::cli::commands::changes::ended;
use crate::cli::input;
use crate::cli::shop::Shop;
use crate::render::Look;
use crate::render::list::{Column, Row, Text};
use crate::store::Result;

#[derive(Debug, Args)]
pub struct ChangeArgs {
    #[command(flatten)]
    who: Who,
    /// Why; kept in the log (- reads stdin)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    reason: Option<String>,
}

pub fn change(args: ChangeArgs, granted: bool, shop: &Shop) -> Result<()> {
    let named = args.who.customers.iter().chain(&args.reason);
    input::one_stdin(named.map(String::as_str))?;
    let request = Change {
        granted,
        customers: args.who.named(shop)?,
        website: args.who.website,
        reason: input::optional("--reason", args.reason.as_deref())?,
    };
    let changed = shop.run(request)?;
    shop.list(&changed)?;
    ended(shop, changed.iter().map(|one| one.sessions_ended).sum());
    Ok(())
}

impl Row for Changed {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "customer_id",
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
            field: "changed",
            title: "changed",
        },
        Column {
            field: "sessions_ended",
            title: "",
        },
    ];

    fn cells(&self, _look: &Look) -> Vec<Text> {
        vec![
            self.customer_id.to_string().into(),
            self.email.clone().into(),
            self.website.clone().into(),
            self.consent.clone().into(),
            Text::yes_no(self.changed),
        ]
    }
}
