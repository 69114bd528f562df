//! `lac user list` and `show`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::cli::view::{KeyValueView, Tabled};
use lac_app::users::{List, Show, UserView};
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;
use lac_store::Result;

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

impl Tabled for UserView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("id"),
        Column::new("name", "name", |row, _| (&row.name).into()),
        Column::new("full_name", "full name", |row, _| (&row.full_name).into()),
        Column::new("role", "role", |row, _| (&row.role).into()),
        Column::new("os_account", "account", |row, _| (&row.os_account).into()),
        Column::new("enabled", "state", |row, _| state(row.enabled)),
        Column::new("created_at", "created", |row, look| {
            look.short_time(row.created_at).into()
        }),
    ];
}

impl KeyValueView for UserView {
    fn lines(&self, look: &Look) -> KeyValues {
        KeyValues::new()
            .add("name", &self.name)
            .add("full name", &self.full_name)
            .add("role", &self.role)
            .add("account", self.os_account.as_deref().unwrap_or("none"))
            .add("state", state(self.enabled))
            .add("created", look.time(self.created_at))
    }
}
