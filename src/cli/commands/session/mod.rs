//! `lac session …`.

mod rows;

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use self::rows::NARROW;
use super::{Noun, parsed, verbs};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use lac_app::sessions::{End, ListSessions, ShowSession, Which};
use lac_model::form::BoundedList;
use lac_model::form::OptionalText;
use lac_model::ids::SessionId;
use lac_model::session::SessionState;
use lac_render::Format;
use lac_render::event::is_narrow;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "session",
    about: "Show and end impersonations",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List sessions, newest first: your own, or all with Lac::sessions
    #[command(after_help = "Example:\n  lac session list --state active")]
    List(ListArgs),
    /// Show one session
    #[command(after_help = "Example:\n  lac session show 3f0c9d2b")]
    Show(ShowArgs),
    /// End sessions
    #[command(after_help = "Examples:\n  \
        lac session end\n  \
        lac session end 3f0c9d2b\n  \
        lac session end --admin ben --customer jane@example.com\n  \
        lac session end --all")]
    End(EndArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only your own
    #[arg(long)]
    mine: bool,
    /// Only this admin user's
    #[arg(long, value_name = "NAME", conflicts_with = "mine")]
    admin: Option<String>,
    /// Only as this customer (id or e-mail address)
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// Only in this state; may be given several times
    #[arg(long, value_enum)]
    state: Vec<StateArg>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateArg {
    Issued,
    Active,
    Ended,
    Expired,
}

impl From<StateArg> for SessionState {
    fn from(arg: StateArg) -> Self {
        match arg {
            StateArg::Issued => Self::Issued,
            StateArg::Active => Self::Active,
            StateArg::Ended => Self::Ended,
            StateArg::Expired => Self::Expired,
        }
    }
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The session's id, or its first 8 digits or more
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Debug, Args)]
struct EndArgs {
    /// The sessions' ids, or their first 8 digits or more [default: your own
    /// open session]
    #[arg(value_name = "ID", conflicts_with_all = ["all", "admin", "customer"])]
    ids: Vec<String>,
    /// Every open one that you may end
    #[arg(long)]
    all: bool,
    /// The open ones of this admin user
    #[arg(long, value_name = "NAME")]
    admin: Option<String>,
    /// The open ones as this customer (id or e-mail address)
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list(args, shop)?,
        Verb::Show(args) => {
            shop.show(&shop.run(ShowSession {
                id: SessionId::new(args.id)?,
            })?)?;
        }
        Verb::End(args) => {
            let (admin, customer) = (args.admin, args.customer);
            let which = if admin.is_some() || customer.is_some() {
                Which::Of {
                    admin: admin.formed()?,
                    customer: customer.formed()?,
                }
            } else if args.all {
                Which::All
            } else if args.ids.is_empty() {
                Which::Own
            } else {
                Which::Ids(BoundedList::read("ID", args.ids, SessionId::new)?)
            };
            shop.list(&shop.run(End { which })?)?;
        }
    }
    Ok(0)
}

fn list(args: ListArgs, shop: &Shop) -> Result<()> {
    let limit = shop.limit(args.paging.limit);
    let request = ListSessions {
        mine: args.mine,
        admin: args.admin.formed()?,
        customer: args.customer.formed()?,
        states: BoundedList::of("--state", args.state.into_iter().map(SessionState::from))?,
        after: args.paging.after.formed()?,
        // One more tells whether something is left out.
        limit: limit.map(|n| n.saturating_add(1)),
    };
    let mut rows = shop.run(request)?;
    let more = limit.is_some_and(|limit| rows.len() > limit);
    rows.truncate(limit.unwrap_or(usize::MAX));
    let cursor = rows.last().filter(|_| more).map(|last| last.id.to_string());
    let shown = rows.len();
    if shop.out.format == Format::Table && is_narrow(&shop.look()) {
        shop.list_with(NARROW, &rows)?;
    } else {
        shop.list(&rows)?;
    }
    shop.more(shown, cursor.as_deref());
    Ok(())
}
