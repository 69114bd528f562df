//! `lac stores list`.

use clap::{Args, ValueEnum};

use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use lac_app::stores::{Level, List, Node};
use lac_model::form::BoundedList;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only these
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',')]
    kind: Vec<KindArg>,

    /// Include the back office's own (id 0)
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArg {
    #[value(alias = "website")]
    Websites,
    #[value(alias = "group")]
    Groups,
    #[value(alias = "store-view", alias = "store-views")]
    Views,
}

impl From<KindArg> for Level {
    fn from(arg: KindArg) -> Self {
        match arg {
            KindArg::Websites => Self::Website,
            KindArg::Groups => Self::Group,
            KindArg::Views => Self::StoreView,
        }
    }
}

pub fn run(args: &ListArgs, shop: &Shop) -> Result<()> {
    let request = List {
        levels: BoundedList::of("--kind", args.kind.iter().map(|kind| Level::from(*kind)))?,
        back_office: args.all,
    };
    let nodes = shop.run(request)?;
    shop.page(nodes, &args.paging, address)
}

fn address(node: &Node) -> String {
    format!("{}:{}", node.kind.as_str(), node.code)
}
