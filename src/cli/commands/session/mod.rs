//! `lac session …`.

mod report;
mod rows;

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use self::report::ReportArgs;
use self::rows::NARROW;
use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::args::Paging;
use crate::cli::runner::Cli;
use lac_app::login::sessions::{
    SessionCheck, SessionEnd, SessionList, SessionSelection, SessionShow,
};
use lac_model::bounded::BoundedList;
use lac_model::bounded::IntoBoundedText;
use lac_model::ids::SessionId;
use lac_model::session::{LeaveCause, SessionState};
use lac_render::OutputFormat;
use lac_render::event::prefers_narrow_table;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "session",
    about: "Show and end sessions",
    arguments: with_subcommands::<SessionCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum SessionCommand {
    /// List your sessions, or all with Lac::sessions, newest first
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
        lac session end --all\n  \
        lac session end 3f0c9d2b17e64a5f8b1c0d9e2f3a4b5c --cause signed_out")]
    End(EndArgs),
    /// Ask whether a session is still valid, as the storefront that redeemed it
    #[command(
        after_help = "Example:\n  lac session check 3f0c9d2b17e64a5f8b1c0d9e2f3a4b5c -o json"
    )]
    Check(CheckArgs),
    /// Report what was done in a session, as the storefront that redeemed it
    #[command(after_help = "Examples:\n  \
        lac session report 3f0c9d2b17e64a5f8b1c0d9e2f3a4b5c --action order_placed --document order:000000042\n  \
        lac session report 3f0c9d2b17e64a5f8b1c0d9e2f3a4b5c --file actions.json")]
    Report(ReportArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only your own sessions
    #[arg(long)]
    mine: bool,
    /// Only sessions of this admin user
    #[arg(long, value_name = "NAME", conflicts_with = "mine")]
    admin: Option<String>,
    /// Only sessions as this customer (id or e-mail address)
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// Only in this state; can be repeated
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
struct CheckArgs {
    /// The session's whole id
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum CauseArg {
    Left,
    SignedOut,
    Unusable,
}

impl From<CauseArg> for LeaveCause {
    fn from(arg: CauseArg) -> Self {
        match arg {
            CauseArg::Left => Self::Left,
            CauseArg::SignedOut => Self::SignedOut,
            CauseArg::Unusable => Self::Unusable,
        }
    }
}

#[derive(Debug, Args)]
struct EndArgs {
    /// The sessions' ids, or their first 8 digits or more [default: your own
    /// open session]
    #[arg(value_name = "ID", conflicts_with_all = ["all", "admin", "customer"])]
    ids: Vec<String>,
    /// All open sessions that you may end
    #[arg(long)]
    all: bool,
    /// Open sessions of this admin user
    #[arg(long, value_name = "NAME")]
    admin: Option<String>,
    /// Open sessions as this customer (id or e-mail address)
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// As the storefront that redeemed them, why: the agent left by the banner
    /// or signed out, or the storefront cannot open them [default: left]
    #[arg(long, value_enum, requires = "ids")]
    cause: Option<CauseArg>,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        SessionCommand::List(args) => list(args, cli)?,
        SessionCommand::Show(args) => {
            cli.print_view(&cli.run(SessionShow {
                id: SessionId::new(args.id)?,
            })?)?;
        }
        SessionCommand::End(args) => {
            let (admin, customer) = (args.admin, args.customer);
            let which = if admin.is_some() || customer.is_some() {
                SessionSelection::Of {
                    admin: admin.into_bounded()?,
                    customer: customer.into_bounded()?,
                }
            } else if args.all {
                SessionSelection::All
            } else if args.ids.is_empty() {
                SessionSelection::Own
            } else {
                SessionSelection::Ids(BoundedList::parse("ID", args.ids, SessionId::new)?)
            };
            let cause = args.cause.map(LeaveCause::from);
            cli.print_list(&cli.run(SessionEnd { which, cause })?)?;
        }
        SessionCommand::Check(args) => {
            let id = SessionId::new(args.id)?;
            cli.print_view(&cli.run(SessionCheck { id })?)?;
        }
        SessionCommand::Report(args) => cli.print_view(&cli.run(args.into_request(cli)?)?)?,
    }
    Ok(0)
}

fn list(args: ListArgs, cli: &Cli) -> Result<()> {
    let limit = cli.row_limit(args.paging.limit);
    let request = SessionList {
        mine: args.mine,
        admin: args.admin.into_bounded()?,
        customer: args.customer.into_bounded()?,
        states: BoundedList::from_members(
            "--state",
            args.state.into_iter().map(SessionState::from),
        )?,
        after: args.paging.after.into_bounded()?,
        // One more, to see whether rows are left out.
        limit: limit.map(|n| n.saturating_add(1)),
    };
    let mut rows = cli.run(request)?;
    let more = limit.is_some_and(|limit| rows.len() > limit);
    rows.truncate(limit.unwrap_or(usize::MAX));
    let cursor = rows.last().filter(|_| more).map(|last| last.id.to_string());
    let shown = rows.len();
    if cli.out.format == OutputFormat::Table && prefers_narrow_table(&cli.style()) {
        cli.print_list_with_columns(NARROW, &rows)?;
    } else {
        cli.print_list(&rows)?;
    }
    cli.print_next_page_hint(shown, cursor.as_deref());
    Ok(())
}
