//! `lac role resources`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use lac_app::roles::{Node, Tree};
use lac_model::form::OptionalText;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ResourcesArgs {
    /// Mark what this role holds
    #[arg(value_name = "ROLE", conflicts_with = "role")]
    name: Option<String>,

    /// The same
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,

    #[command(flatten)]
    paging: Paging,
}

pub fn resources(args: ResourcesArgs, shop: &Shop) -> Result<()> {
    let nodes = shop.run(Tree {
        role: args.name.or(args.role).formed()?,
    })?;
    shop.page(nodes, &args.paging, |node| node.id.clone())
}

/// Its title in the tree, and whether the role holds it.
fn branch(node: &Node) -> Text {
    let branch = "│ ".repeat(node.depth);
    let (sign, tone) = match node.granted {
        Some(true) => ("✓ ", Tone::Good),
        Some(false) => ("· ", Tone::Dim),
        None => ("", Tone::Plain),
    };
    let short = node.id.rsplit_once("::").map_or(&*node.id, |(_, id)| id);
    Text::toned(format!("{branch}{sign}{} ({short})", node.title), tone)
}

impl Tabled for Node {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("id"),
        Column::new("title", "resource", |row, _| branch(row)),
        Column::hidden("parent"),
        Column::hidden("depth"),
        Column::hidden("granted"),
        Column::new("meaning", "lets one", |row, _| (&row.meaning).into()),
    ];
}
