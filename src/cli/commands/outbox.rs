//! `lac outbox …`.

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use super::{Noun, parsed, verbs};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use crate::cli::{hooks, paging};
use lac_app::outbox::{ListNotices, NoticeRow, Retried, Retry, Which};
use lac_model::form::BoundedList;
use lac_model::notice::{NoticeId, NoticeState};
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_store::Result;

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

fn state(state: NoticeState) -> Text {
    let tone = match state {
        NoticeState::Due => Tone::Warning,
        NoticeState::Failed => Tone::Bad,
        NoticeState::Delivered => Tone::Good,
    };
    Text::toned(state.as_str(), tone)
}

impl Tabled for NoticeRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "notice", |row, _| row.id.as_str().into()),
        Column::hidden("number"),
        Column::new("state", "state", |row, _| state(row.state)),
        Column::new("event", "hook", |row, _| row.event.as_str().into()),
        Column::hidden("session_id"),
        Column::new("customer_id", "customer", |row, _| {
            row.customer_id.to_string().into()
        }),
        Column::hidden("website"),
        Column::new("created_at", "since", |row, look| {
            look.short_time(row.created_at).into()
        }),
        Column::new("attempts", "tried", |row, _| {
            row.attempts.to_string().into()
        }),
        Column::hidden("next_at"),
        Column::new("last_error", "last error", |row, _| {
            (&row.last_error).into()
        }),
        Column::hidden("delivered_at"),
    ];
}

impl Tabled for Retried {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "notice", |row, _| row.notice.id.as_str().into()),
        Column::hidden("number"),
        Column::new("state", "state", |row, _| state(row.notice.state)),
        Column::new("event", "hook", |row, _| row.notice.event.as_str().into()),
        Column::hidden("session_id"),
        Column::new("customer_id", "customer", |row, _| {
            row.notice.customer_id.to_string().into()
        }),
        Column::hidden("website"),
        Column::hidden("created_at"),
        Column::hidden("attempts"),
        Column::hidden("next_at"),
        Column::hidden("last_error"),
        Column::hidden("delivered_at"),
        Column::new("changed", "tried again", |row, _| Text::yes_no(row.changed)),
    ];
}
