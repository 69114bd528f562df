//! `lac role list` and `show`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::cli::view::{KeyValueView, Tabled};
use lac_app::roles::{List, RoleRow, RoleView, Show};
use lac_model::access::Access;
use lac_model::resource::Resource;
use lac_render::Look;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The role
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

/// The scope as it is written on the command line.
pub fn scope(websites: Option<&Vec<String>>) -> String {
    match websites {
        None => "all".to_owned(),
        Some(codes) if codes.is_empty() => "none".to_owned(),
        Some(codes) => {
            let scopes: Vec<String> = codes.iter().map(|c| format!("website:{c}")).collect();
            scopes.join(" ")
        }
    }
}

impl Tabled for RoleRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("name", "role", |row, _| (&row.name).into()),
        Column::new("access", "access", |row, _| row.access.as_str().into()),
        Column::new("resources", "resources", |row, _| {
            row.resources.to_string().into()
        }),
        Column::hidden("scope"),
        Column::new("websites", "scope", |row, _| {
            scope(row.websites.as_ref()).into()
        }),
        Column::new("users", "users", |row, _| row.users.to_string().into()),
    ];
}

impl KeyValueView for RoleView {
    fn lines(&self, _look: &Look) -> KeyValues {
        let resources = match (self.access, self.resources.as_slice()) {
            (Access::All, _) => vec!["everything".to_owned()],
            (Access::Custom, []) => vec!["nothing".to_owned()],
            (Access::Custom, held) => held.iter().copied().map(described).collect(),
        };
        KeyValues::new()
            .add("role", &self.name)
            .add("access", self.access.as_str())
            .add("scope", scope(self.websites.as_ref()))
            .add("users", self.users.join(", "))
            .add_some("resources", resources)
    }
}

fn described(resource: Resource) -> String {
    format!("{} ({})", resource.id(), resource.title())
}
