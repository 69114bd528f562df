//! `lac log statement`.

use clap::Args;

use crate::cli::pages::{PageArgs, show};
use crate::cli::shop::Shop;
use lac_app::log::Statement;
use lac_model::form::OptionalText;
use lac_render::statement;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct StatementArgs {
    /// The shopper's id, also one of a removed customer; or e-mail address
    #[arg(long, value_name = "CUSTOMER")]
    customer: String,

    /// The website an e-mail address is meant on
    #[arg(long, value_name = "CODE")]
    website: Option<String>,

    /// From this date or time on; in the store's timezone
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Up to and with this date or time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    #[command(flatten)]
    page: PageArgs,
}

pub fn run(args: StatementArgs, shop: &Shop) -> Result<()> {
    let request = Statement {
        customer: args.customer.try_into()?,
        website: args.website.formed()?,
        since: args.since.formed()?,
        until: args.until.formed()?,
    };
    let stated = shop.run(request)?;
    show(shop, &args.page, &stated, statement::paper)
}
