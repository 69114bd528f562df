//! `lac request …`.

mod rows;

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

pub(super) use self::rows::lines;
use super::{Noun, parsed, verbs};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::cli::{input, paging};
use lac_app::requests::{Cancel, Decide, Decided, ListRequests, ShowRequest, Verdict};
use lac_model::form::BoundedList;
use lac_model::form::OptionalText;
use lac_model::request::{RequestId, RequestState};
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "request",
    about: "Logins that wait for a second person",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List requests, newest first: your own, or all with Lac::approve
    #[command(after_help = "Example:\n  lac request list --state pending")]
    List(ListArgs),
    /// Show one request
    #[command(after_help = "Example:\n  lac request show 3f0c9d")]
    Show(ShowArgs),
    /// Approve requests of others
    #[command(after_help = "Example:\n  lac request approve 3f0c9d")]
    Approve(ApproveArgs),
    /// Deny a request of somebody else
    #[command(
        after_help = "Example:\n  lac request deny 3f0c9d --reason 'call the customer first'"
    )]
    Deny(DenyArgs),
    /// Take a request of your own back, approved or not
    #[command(after_help = "Example:\n  lac request cancel 3f0c9d")]
    Cancel(ShowArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only your own
    #[arg(long)]
    mine: bool,
    /// Only in this state; may be given several times
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
    /// A remark for the record; - reads it from stdin
    #[arg(long, value_name = "TEXT|-", allow_hyphen_values = true)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
struct DenyArgs {
    /// The request's id, or its first 6 digits or more
    #[arg(value_name = "ID")]
    id: String,
    /// Why; the requester sees it. - reads it from stdin
    #[arg(long, value_name = "TEXT|-", allow_hyphen_values = true)]
    reason: Option<String>,
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list(args, shop)?,
        Verb::Show(args) => {
            let id = RequestId::new(args.id)?;
            shop.show(&shop.run(ShowRequest { id })?)?;
        }
        Verb::Approve(args) => {
            let reason = args.reason.as_deref();
            shop.list(&decide(shop, args.ids, Verdict::Approve, reason)?)?;
        }
        Verb::Deny(args) => {
            let reason = args.reason.as_deref();
            for denied in decide(shop, vec![args.id], Verdict::Deny, reason)? {
                shop.show(&denied)?;
            }
        }
        Verb::Cancel(args) => {
            let id = RequestId::new(args.id)?;
            shop.show(&shop.run(Cancel { id })?)?;
        }
    }
    Ok(0)
}

fn list(args: ListArgs, shop: &Shop) -> Result<()> {
    let states = args.state.into_iter().map(RequestState::from);
    let states = BoundedList::of("--state", states)?;
    shop.ready()?;
    paging::show(shop, &args.paging, |part| {
        let request = ListRequests {
            mine: args.mine,
            states: states.clone(),
            part,
        };
        shop.run(request)
    })
}

fn decide(
    shop: &Shop,
    ids: Vec<String>,
    verdict: Verdict,
    reason: Option<&str>,
) -> Result<Vec<Decided>> {
    let request = Decide {
        ids: BoundedList::read("ID", ids, RequestId::new)?,
        verdict,
        reason: input::optional("--reason", reason)?.formed()?,
    };
    shop.run(request)
}
