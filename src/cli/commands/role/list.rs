//! `lac role list` and `show`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::runner::Cli;
use crate::cli::view::{KeyValueView, TableRow};
use lac_app::access::roles::{RoleList, RoleShow, RoleSummary, RoleView};
use lac_model::access::Access;
use lac_model::resource::Resource;
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The role
    name: String,
}

pub(super) fn list(args: &ListArgs, cli: &Cli) -> Result<()> {
    cli.connect()?;
    paging::show_pages(cli, &args.paging, |part| cli.run(RoleList { part }))
}

pub(super) fn show(args: ShowArgs, cli: &Cli) -> Result<()> {
    cli.print_view(&cli.run(RoleShow {
        name: args.name.try_into()?,
    })?)
}

/// The scope as on the command line.
pub(super) fn format_scope(websites: Option<&Vec<String>>) -> String {
    match websites {
        None => "all".to_owned(),
        Some(codes) if codes.is_empty() => "none".to_owned(),
        Some(codes) => {
            let scopes: Vec<String> = codes.iter().map(|c| format!("website:{c}")).collect();
            scopes.join(" ")
        }
    }
}

impl TableRow for RoleSummary {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("name", "role", |row, _| (&row.name).into()),
        Column::new("access", "access", |row, _| row.access.as_str().into()),
        Column::new("resources", "resources", |row, _| {
            row.resources.to_string().into()
        }),
        Column::hidden("scope"),
        Column::new("websites", "scope", |row, _| {
            format_scope(row.websites.as_ref()).into()
        }),
        Column::new("users", "users", |row, _| row.users.to_string().into()),
    ];
}

impl KeyValueView for RoleView {
    fn lines(&self, _style: &Style) -> KeyValues {
        let resources = match (self.access, self.resources.as_slice()) {
            (Access::All, _) => vec!["everything".to_owned()],
            (Access::Custom, []) => vec!["nothing".to_owned()],
            (Access::Custom, held) => held.iter().copied().map(resource_label).collect(),
        };
        KeyValues::new()
            .add("role", &self.name)
            .add("access", self.access.as_str())
            .add("scope", format_scope(self.websites.as_ref()))
            .add("users", self.users.join(", "))
            .add_some("resources", resources)
    }
}

fn resource_label(resource: Resource) -> String {
    format!("{} ({})", resource.id(), resource.title())
}
