//! `lac log list`.

use clap::Args;

use crate::app::log::{Filter, List, Listed};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::domain::audit::EventView;
use crate::render::Format;
use crate::render::event::{Narrow, is_narrow};
use crate::store::Result;

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,

    #[command(flatten)]
    paging: Paging,

    /// Leave CSV cells that a spreadsheet would run as formulas as they are
    #[arg(long)]
    raw: bool,
}

/// Which events. Several values of one filter mean any of them, several
/// filters all of them.
#[derive(Debug, Args)]
pub struct FilterArgs {
    /// From this date or time on: 2026-10-05, "2026-10-05 14:30", today,
    /// last-week, 2h; in the store's timezone
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Up to and with this date or time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// Only these action groups, such as login_as_customer
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    action_group: Vec<String>,

    /// Only these actions, such as issue
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    action: Vec<String>,

    /// Only what these admin users did
    #[arg(long, value_name = "NAME")]
    admin: Vec<String>,

    /// Only what is about these customers: ids or e-mail addresses
    #[arg(long, value_name = "CUSTOMER", value_delimiter = ',')]
    customer: Vec<String>,

    /// success or failure
    #[arg(long, value_name = "RESULT", value_delimiter = ',')]
    result: Vec<String>,
}

impl From<FilterArgs> for Filter {
    fn from(args: FilterArgs) -> Self {
        Self {
            since: args.since,
            until: args.until,
            action_groups: args.action_group,
            actions: args.action,
            admins: args.admin.iter().flat_map(|name| names(name)).collect(),
            customers: args.customer,
            results: args.result,
        }
    }
}

/// A comma separates names, but may also be part of one.
fn names(given: &str) -> Vec<String> {
    let parts = given
        .split(',')
        .filter(|part| *part != given && !part.is_empty());
    std::iter::once(given)
        .chain(parts)
        .map(str::to_owned)
        .collect()
}

pub fn run(args: ListArgs, shop: &Shop) -> Result<()> {
    let request = List {
        after: args
            .paging
            .after
            .as_deref()
            .map(Listed::cursor)
            .transpose()?,
        limit: shop.limit(args.paging.limit),
        filter: args.filter.into(),
    };
    let desk = shop.desk()?;
    let mut look = shop.look();
    look.raw = args.raw;
    let is_table = shop.out.format == Format::Table;
    let listed = if is_table && is_narrow(&look) {
        shop.stream(look, |push| {
            request.run(&desk, &mut |event| push(&Narrow(event.clone())))
        })?
    } else {
        shop.stream::<EventView, _>(look, |push| request.run(&desk, push))?
    };
    if listed.shown == 0 && is_table {
        shop.out.say("nothing found");
    } else if is_table && look.width.is_some() {
        shop.out.say(&format!("times are in {}", look.zone));
    }
    shop.more(
        listed.shown,
        listed.next.map(|seq| seq.to_string()).as_deref(),
    );
    Ok(())
}
