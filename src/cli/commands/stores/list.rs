//! `lac stores list`.

use clap::{Args, ValueEnum};

use crate::cli::args::Paging;
use crate::cli::runner::Cli;
use lac_app::shop::stores::{StoreLevel, StoreNode, StoresList};
use lac_model::bounded::BoundedList;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only this kind
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',')]
    kind: Vec<KindArg>,

    /// Include the back office's website, group and view (id 0)
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

impl From<KindArg> for StoreLevel {
    fn from(arg: KindArg) -> Self {
        match arg {
            KindArg::Websites => Self::Website,
            KindArg::Groups => Self::Group,
            KindArg::Views => Self::StoreView,
        }
    }
}

pub(super) fn run(args: &ListArgs, cli: &Cli) -> Result<()> {
    let request = StoresList {
        levels: BoundedList::from_members(
            "--kind",
            args.kind.iter().map(|kind| StoreLevel::from(*kind)),
        )?,
        back_office: args.all,
    };
    let nodes = cli.run(request)?;
    cli.print_page(nodes, &args.paging, node_address)
}

fn node_address(node: &StoreNode) -> String {
    format!("{}:{}", node.kind.as_str(), node.code)
}
