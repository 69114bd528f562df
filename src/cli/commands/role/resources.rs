//! `lac role resources`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use lac_app::access::roles::{ResourceNode, RoleResources};
use lac_model::bounded::IntoBoundedText;
use lac_render::column::Column;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ResourcesArgs {
    /// Mark the resources of this role
    #[arg(value_name = "ROLE", conflicts_with = "role")]
    name: Option<String>,

    /// Same as the argument
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,

    #[command(flatten)]
    paging: Paging,
}

pub(super) fn resources(args: ResourcesArgs, cli: &Cli) -> Result<()> {
    let nodes = cli.run(RoleResources {
        role: args.name.or(args.role).into_bounded()?,
    })?;
    cli.print_page(nodes, &args.paging, |node| node.id.clone())
}

/// The resource's title, indented, and whether the role has it.
fn tree_label(node: &ResourceNode) -> StyledText {
    let branch = "│ ".repeat(node.depth);
    let (sign, emphasis) = match node.granted {
        Some(true) => ("✓ ", Emphasis::Good),
        Some(false) => ("· ", Emphasis::Dim),
        None => ("", Emphasis::Plain),
    };
    let short = node.id.rsplit_once("::").map_or(&*node.id, |(_, id)| id);
    StyledText::with_emphasis(format!("{branch}{sign}{} ({short})", node.title), emphasis)
}

impl TableRow for ResourceNode {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("id"),
        Column::new("title", "resource", |row, _| tree_label(row)),
        Column::hidden("parent"),
        Column::hidden("depth"),
        Column::hidden("granted"),
        Column::new("meaning", "allows", |row, _| (&row.meaning).into()),
    ];
}
