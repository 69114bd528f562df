//! `lac log report`.

use clap::Args;

use super::filter::FilterArgs;
use crate::cli::report_output::{HtmlArgs, show_report};
use crate::cli::runner::Cli;
use lac_app::log::LogReport;
use lac_model::bounded::IntoBoundedText;
use lac_render::report;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    page: HtmlArgs,

    /// List accesses outside these hours, in the store's time zone [default:
    /// 08:00-18:00]
    #[arg(long, value_name = "FROM-TO")]
    office_hours: Option<String>,

    /// The days of these hours, such as mon-fri or mon,wed,sat [default: mon-fri]
    #[arg(long, value_name = "DAYS")]
    office_days: Option<String>,

    /// Maximum number of rows of each list [default: 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    top: Option<u16>,

    // Last, because its help heading applies to all later arguments.
    #[command(flatten)]
    filter: FilterArgs,
}

pub(super) fn run(args: ReportArgs, cli: &Cli) -> Result<()> {
    let request = LogReport {
        filter: args.filter.into_filter(cli)?,
        office_hours: args.office_hours.into_bounded()?,
        office_days: args.office_days.into_bounded()?,
        top: args.top.map(usize::from),
    };
    let reported = cli.run(request)?;
    show_report(cli, &args.page, &reported, report::report_page)
}
