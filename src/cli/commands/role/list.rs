//! `lac role list` and `show`.

use clap::Args;

use crate::app::roles::{List, RoleRow, RoleView, Show};
use crate::cli::args::Paging;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::domain::access::Access;
use crate::domain::resource::Resource;
use crate::render::Look;
use crate::render::list::{Column, Row, Text};
use crate::render::one::Card;
use crate::store::Result;

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

impl Row for RoleRow {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "name",
            title: "role",
        },
        Column {
            field: "access",
            title: "access",
        },
        Column {
            field: "resources",
            title: "resources",
        },
        Column {
            field: "scope",
            title: "",
        },
        Column {
            field: "websites",
            title: "scope",
        },
        Column {
            field: "users",
            title: "users",
        },
    ];

    fn cells(&self, _look: &Look) -> Vec<Text> {
        vec![
            self.name.clone().into(),
            self.access.as_str().into(),
            self.resources.to_string().into(),
            scope(self.websites.as_ref()).into(),
            self.users.to_string().into(),
        ]
    }
}

impl Card for RoleView {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("role", self.name.clone().into()),
            ("access", self.access.as_str().into()),
            ("scope", scope(self.websites.as_ref()).into()),
            ("users", self.users.join(", ").into()),
        ];
        match (self.access, self.resources.as_slice()) {
            (Access::All, _) => lines.push(("resources", "everything".into())),
            (Access::Custom, []) => lines.push(("resources", "nothing".into())),
            (Access::Custom, held) => {
                for (at, resource) in held.iter().enumerate() {
                    let label = if at == 0 { "resources" } else { "" };
                    lines.push((label, described(*resource).into()));
                }
            }
        }
        lines
    }
}

fn described(resource: Resource) -> String {
    format!("{} ({})", resource.id(), resource.title())
}
