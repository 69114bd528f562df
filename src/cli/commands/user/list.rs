//! `lac user list` and `show`.

use clap::Args;

use crate::app::users::{List, Show, UserView};
use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;
use crate::store::Result;

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The admin user
    name: String,
}

pub fn list(args: &ListArgs, shop: &Shop) -> Result<()> {
    shop.ready()?;
    paging::show(shop, &args.paging, |part| shop.run(List { part }))
}

pub fn show(args: ShowArgs, shop: &Shop) -> Result<()> {
    shop.show(&shop.run(Show {
        name: args.name.try_into()?,
    })?)
}

fn state(enabled: bool) -> Text {
    if enabled {
        Text::toned("enabled", Tone::Good)
    } else {
        Text::toned("disabled", Tone::Bad)
    }
}

impl Row for UserView {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "id",
            title: "",
        },
        Column {
            field: "name",
            title: "name",
        },
        Column {
            field: "full_name",
            title: "full name",
        },
        Column {
            field: "role",
            title: "role",
        },
        Column {
            field: "os_account",
            title: "account",
        },
        Column {
            field: "enabled",
            title: "state",
        },
        Column {
            field: "created_at",
            title: "created",
        },
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            self.name.clone().into(),
            self.full_name.clone().unwrap_or_default().into(),
            self.role.clone().into(),
            self.os_account.clone().unwrap_or_default().into(),
            state(self.enabled),
            look.short_time(self.created_at).into(),
        ]
    }
}

impl Card for UserView {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let account = self.os_account.clone();
        vec![
            ("name", self.name.clone().into()),
            (
                "full name",
                self.full_name.clone().unwrap_or_default().into(),
            ),
            ("role", self.role.clone().into()),
            ("account", account.unwrap_or_else(|| "none".into()).into()),
            ("state", state(self.enabled)),
            ("created", look.time(self.created_at).into()),
        ]
    }
}
