//! `lac request …`.

mod rows;

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

pub(super) use self::rows::request_lines;
use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::args::Paging;
use crate::cli::runner::Cli;
use crate::cli::{input, paging};
use lac_app::login::requests::{
    Decision, RequestCancel, RequestChanged, RequestDecide, RequestList, RequestShow,
};
use lac_model::approval::{RequestId, RequestState};
use lac_model::bounded::BoundedList;
use lac_model::bounded::IntoBoundedText;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "request",
    about: "Manage requests for login approval",
    arguments: with_subcommands::<RequestCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum RequestCommand {
    /// List your requests, or all with Lac::approve, newest first
    #[command(after_help = "Example:\n  lac request list --state pending")]
    List(ListArgs),
    /// Show one request
    #[command(after_help = "Example:\n  lac request show 3f0c9d")]
    Show(ShowArgs),
    /// Approve requests of other admin users
    #[command(after_help = "Example:\n  lac request approve 3f0c9d")]
    Approve(ApproveArgs),
    /// Deny a request of another admin user
    #[command(
        after_help = "Example:\n  lac request deny 3f0c9d --reason 'call the customer first'"
    )]
    Deny(DenyArgs),
    /// Cancel your own request, approved or not
    #[command(after_help = "Example:\n  lac request cancel 3f0c9d")]
    Cancel(ShowArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only your own requests
    #[arg(long)]
    mine: bool,
    /// Only in this state; can be repeated
    #[arg(long, value_enum)]
    state: Vec<StateArg>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateArg {
    Pending,
    Approved,
    Denied,
    Cancelled,
    Used,
    Expired,
}

impl From<StateArg> for RequestState {
    fn from(arg: StateArg) -> Self {
        match arg {
            StateArg::Pending => Self::Pending,
            StateArg::Approved => Self::Approved,
            StateArg::Denied => Self::Denied,
            StateArg::Cancelled => Self::Cancelled,
            StateArg::Used => Self::Used,
            StateArg::Expired => Self::Expired,
        }
    }
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The request's id, or its first 6 digits or more
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Debug, Args)]
struct ApproveArgs {
    /// The requests' ids, or their first 6 digits or more
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// A remark for the log (- reads stdin)
    #[arg(long, value_name = "TEXT|-", allow_hyphen_values = true)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
struct DenyArgs {
    /// The request's id, or its first 6 digits or more
    #[arg(value_name = "ID")]
    id: String,
    /// The reason, which the requester sees (- reads stdin)
    #[arg(long, value_name = "TEXT|-", allow_hyphen_values = true)]
    reason: Option<String>,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        RequestCommand::List(args) => list(args, cli)?,
        RequestCommand::Show(args) => {
            let id = RequestId::new(args.id)?;
            cli.print_view(&cli.run(RequestShow { id })?)?;
        }
        RequestCommand::Approve(args) => {
            let reason = args.reason.as_deref();
            cli.print_list(&decide(cli, args.ids, Decision::Approve, reason)?)?;
        }
        RequestCommand::Deny(args) => {
            let reason = args.reason.as_deref();
            for denied in decide(cli, vec![args.id], Decision::Deny, reason)? {
                cli.print_view(&denied)?;
            }
        }
        RequestCommand::Cancel(args) => {
            let id = RequestId::new(args.id)?;
            cli.print_view(&cli.run(RequestCancel { id })?)?;
        }
    }
    Ok(0)
}

fn list(args: ListArgs, cli: &Cli) -> Result<()> {
    let states = args.state.into_iter().map(RequestState::from);
    let states = BoundedList::from_members("--state", states)?;
    cli.connect()?;
    paging::show_pages(cli, &args.paging, |part| {
        let request = RequestList {
            mine: args.mine,
            states: states.clone(),
            part,
        };
        cli.run(request)
    })
}

fn decide(
    cli: &Cli,
    ids: Vec<String>,
    verdict: Decision,
    reason: Option<&str>,
) -> Result<Vec<RequestChanged>> {
    let request = RequestDecide {
        ids: BoundedList::parse("ID", ids, RequestId::new)?,
        verdict,
        reason: input::optional_text("--reason", reason)?.into_bounded()?,
    };
    cli.run(request)
}
