//! `lac outbox …`.

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use super::{Noun, parsed, verbs};
use crate::app::outbox::{ListNotices, NoticeRow, Retried, Retry, Which};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::cli::{hooks, paging};
use crate::domain::form::BoundedList;
use crate::domain::notice::{NoticeId, NoticeState};
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::store::Result;

pub const NOUN: Noun = Noun {
    name: "outbox",
    about: "Notices to programs outside ([hooks] of the config file)",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List notices, newest first; delivered ones stay for 30 days
    #[command(after_help = "Example:\n  lac outbox list --state failed")]
    List(ListArgs),
    /// Have notices tried again, now
    #[command(after_help = "Example:\n  lac outbox retry --all")]
    Retry(RetryArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only in this state
    #[arg(long, value_enum)]
    state: Option<StateArg>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateArg {
    Due,
    Failed,
    Delivered,
}

impl From<StateArg> for NoticeState {
    fn from(arg: StateArg) -> Self {
        match arg {
            StateArg::Due => Self::Due,
            StateArg::Failed => Self::Failed,
            StateArg::Delivered => Self::Delivered,
        }
    }
}

#[derive(Debug, Args)]
struct RetryArgs {
    /// The notices' ids
    #[arg(
        value_name = "ID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    ids: Vec<String>,
    /// Every one that was not delivered
    #[arg(long)]
    all: bool,
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => {
            shop.ready()?;
            let state = args.state.map(NoticeState::from);
            paging::show(shop, &args.paging, |part| {
                shop.run(ListNotices { state, part })
            })?;
        }
        Verb::Retry(args) => {
            let ids = BoundedList::read("ID", args.ids, NoticeId::new)?;
            let which = if args.all {
                Which::All
            } else {
                Which::Ids(ids)
            };
            let retried = shop.run(Retry { which })?;
            shop.list(&retried)?;
            let is_due = retried.iter().any(|one| one.changed);
            if is_due && !hooks::deliver_some(shop, retried.len()) {
                shop.out
                    .say("note: no hook is configured here; whoever has one delivers them");
            }
        }
    }
    Ok(0)
}

const fn column(field: &'static str, title: &'static str) -> Column {
    Column { field, title }
}

fn state(state: NoticeState) -> Text {
    let tone = match state {
        NoticeState::Due => Tone::Warning,
        NoticeState::Failed => Tone::Bad,
        NoticeState::Delivered => Tone::Good,
    };
    Text::toned(state.as_str(), tone)
}

impl Row for NoticeRow {
    const COLUMNS: &'static [Column] = &[
        column("id", "notice"),
        column("number", ""),
        column("state", "state"),
        column("event", "hook"),
        column("session_id", ""),
        column("customer_id", "customer"),
        column("website", ""),
        column("created_at", "since"),
        column("attempts", "tried"),
        column("next_at", ""),
        column("last_error", "last error"),
        column("delivered_at", ""),
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            self.id.as_str().into(),
            state(self.state),
            self.event.as_str().into(),
            self.customer_id.to_string().into(),
            look.short_time(self.created_at).into(),
            self.attempts.to_string().into(),
            self.last_error.clone().unwrap_or_default().into(),
        ]
    }
}

impl Row for Retried {
    const COLUMNS: &'static [Column] = &[
        column("id", "notice"),
        column("number", ""),
        column("state", "state"),
        column("event", "hook"),
        column("session_id", ""),
        column("customer_id", "customer"),
        column("website", ""),
        column("created_at", ""),
        column("attempts", ""),
        column("next_at", ""),
        column("last_error", ""),
        column("delivered_at", ""),
        column("changed", "tried again"),
    ];

    fn cells(&self, _look: &Look) -> Vec<Text> {
        vec![
            self.notice.id.as_str().into(),
            state(self.notice.state),
            self.notice.event.as_str().into(),
            self.notice.customer_id.to_string().into(),
            Text::yes_no(self.changed),
        ]
    }
}
