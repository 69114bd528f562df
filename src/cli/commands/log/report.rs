//! `lac log report`.

use clap::Args;

use super::filter::FilterArgs;
use crate::cli::pages::{PageArgs, show};
use crate::cli::shop::Shop;
use lac_app::log::Report;
use lac_model::form::OptionalText;
use lac_render::report;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    page: PageArgs,

    /// Accesses outside these hours are listed, in the store's timezone
    /// [default: 08:00-18:00]
    #[arg(long, value_name = "FROM-TO")]
    office_hours: Option<String>,

    /// The days the hours are of, such as mon-fri or mon,wed,sat [default:
    /// mon-fri]
    #[arg(long, value_name = "DAYS")]
    office_days: Option<String>,

    /// Rows of each list at most [default: 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    top: Option<u16>,

    // Last: its headings go on for whatever follows.
    #[command(flatten)]
    filter: FilterArgs,
}

pub fn run(args: ReportArgs, shop: &Shop) -> Result<()> {
    let request = Report {
        filter: args.filter.filter(shop)?,
        office_hours: args.office_hours.formed()?,
        office_days: args.office_days.formed()?,
        top: args.top.map(usize::from),
    };
    let reported = shop.run(request)?;
    show(shop, &args.page, &reported, report::paper)
}
