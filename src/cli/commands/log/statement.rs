//! `lac log statement`.

use clap::Args;

use crate::cli::report_output::{HtmlArgs, show_report};
use crate::cli::runner::Cli;
use lac_app::log::LogStatement;
use lac_model::bounded::IntoBoundedText;
use lac_render::statement;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct StatementArgs {
    /// Id or e-mail address; the id may be that of a removed customer
    #[arg(long, value_name = "CUSTOMER")]
    customer: String,

    /// The website, if the address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,

    /// From this date or time on, in the store's time zone
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Up to and including this date or time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    #[command(flatten)]
    page: HtmlArgs,
}

pub(super) fn run(args: StatementArgs, cli: &Cli) -> Result<()> {
    let request = LogStatement {
        customer: args.customer.try_into()?,
        website: args.website.into_bounded()?,
        since: args.since.into_bounded()?,
        until: args.until.into_bounded()?,
    };
    let stated = cli.run(request)?;
    show_report(cli, &args.page, &stated, statement::statement_page)
}
