//! `lac outbox …`.

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::args::Paging;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use crate::cli::{hooks, paging};
use lac_app::login::outbox::{NoticeRetried, NoticeSelection, NoticeView, OutboxList, OutboxRetry};
use lac_model::bounded::BoundedList;
use lac_model::notice::{NoticeId, NoticeState};
use lac_render::column::Column;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "outbox",
    about: "Show and retry notices to hooks ([hooks] in the config file)",
    arguments: with_subcommands::<OutboxCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum OutboxCommand {
    /// List notices, newest first; delivered ones are kept for 30 days
    #[command(after_help = "Example:\n  lac outbox list --state failed")]
    List(ListArgs),
    /// Retry notices now
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
    /// All notices that were not delivered
    #[arg(long)]
    all: bool,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        OutboxCommand::List(args) => {
            cli.connect()?;
            let state = args.state.map(NoticeState::from);
            paging::show_pages(cli, &args.paging, |part| {
                cli.run(OutboxList { state, part })
            })?;
        }
        OutboxCommand::Retry(args) => {
            let ids = BoundedList::parse("ID", args.ids, NoticeId::new)?;
            let which = if args.all {
                NoticeSelection::All
            } else {
                NoticeSelection::Ids(ids)
            };
            let retried = cli.run(OutboxRetry { which })?;
            cli.print_list(&retried)?;
            let is_due = retried.iter().any(|one| one.changed);
            if is_due && !hooks::deliver_up_to(cli, retried.len()) {
                cli.out.print_note(
                    "note: no hook is configured here; an account with one will deliver them",
                );
            }
        }
    }
    Ok(0)
}

fn state_text(state: NoticeState) -> StyledText {
    let emphasis = match state {
        NoticeState::Due => Emphasis::Warning,
        NoticeState::Failed => Emphasis::Bad,
        NoticeState::Delivered => Emphasis::Good,
    };
    StyledText::with_emphasis(state.as_str(), emphasis)
}

impl TableRow for NoticeView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "notice", |row, _| row.id.as_str().into()),
        Column::hidden("number"),
        Column::new("state", "state", |row, _| state_text(row.state)),
        Column::new("event", "hook", |row, _| row.event.as_str().into()),
        Column::hidden("session_id"),
        Column::new("customer_id", "customer", |row, _| {
            row.customer_id.to_string().into()
        }),
        Column::hidden("website"),
        Column::new("created_at", "since", |row, style| {
            style.short_time(row.created_at).into()
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

impl TableRow for NoticeRetried {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "notice", |row, _| row.notice.id.as_str().into()),
        Column::hidden("number"),
        Column::new("state", "state", |row, _| state_text(row.notice.state)),
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
        Column::new("changed", "retried", |row, _| {
            StyledText::yes_no(row.changed)
        }),
    ];
}
