//! `lac role resources`.

use clap::Args;

use crate::app::roles::{Node, Tree};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::domain::form::OptionalText;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::store::Result;

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

impl Row for Node {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "id",
            title: "",
        },
        Column {
            field: "title",
            title: "resource",
        },
        Column {
            field: "parent",
            title: "",
        },
        Column {
            field: "depth",
            title: "",
        },
        Column {
            field: "granted",
            title: "",
        },
        Column {
            field: "meaning",
            title: "lets one",
        },
    ];

    fn cells(&self, _look: &Look) -> Vec<Text> {
        let branch = "│ ".repeat(self.depth);
        let (sign, tone) = match self.granted {
            Some(true) => ("✓ ", Tone::Good),
            Some(false) => ("· ", Tone::Dim),
            None => ("", Tone::Plain),
        };
        let short = self.id.rsplit_once("::").map_or(&*self.id, |(_, id)| id);
        let title = format!("{branch}{sign}{} ({short})", self.title);
        vec![Text::toned(title, tone), self.meaning.clone().into()]
    }
}
