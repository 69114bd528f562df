//! `lac user list` and `show`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::runner::Cli;
use crate::cli::view::{KeyValueView, TableRow};
use lac_app::access::users::{UserList, UserShow, UserView};
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The admin user
    name: String,
}

pub(super) fn list(args: &ListArgs, cli: &Cli) -> Result<()> {
    cli.connect()?;
    paging::show_pages(cli, &args.paging, |part| cli.run(UserList { part }))
}

pub(super) fn show(args: ShowArgs, cli: &Cli) -> Result<()> {
    cli.print_view(&cli.run(UserShow {
        name: args.name.try_into()?,
    })?)
}

fn state_text(enabled: bool) -> StyledText {
    if enabled {
        StyledText::with_emphasis("enabled", Emphasis::Good)
    } else {
        StyledText::with_emphasis("disabled", Emphasis::Bad)
    }
}

impl TableRow for UserView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("id"),
        Column::new("name", "name", |row, _| (&row.name).into()),
        Column::new("full_name", "full name", |row, _| (&row.full_name).into()),
        Column::new("role", "role", |row, _| (&row.role).into()),
        Column::new("os_account", "account", |row, _| (&row.os_account).into()),
        Column::new("enabled", "state", |row, _| state_text(row.enabled)),
        Column::new("created_at", "created", |row, style| {
            style.short_time(row.created_at).into()
        }),
    ];
}

impl KeyValueView for UserView {
    fn lines(&self, style: &Style) -> KeyValues {
        KeyValues::new()
            .add("name", &self.name)
            .add("full name", &self.full_name)
            .add("role", &self.role)
            .add("account", self.os_account.as_deref().unwrap_or("none"))
            .add("state", state_text(self.enabled))
            .add("created", style.time(self.created_at))
    }
}
