//! `lac session …`.

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use super::{Noun, parsed, verbs};
use crate::app::sessions::{End, Ended, ListSessions, SessionRow, ShowSession, Which};
use crate::cli::args::Paging;
use crate::cli::shop::Shop;
use crate::domain::ids::SessionId;
use crate::domain::session::SessionState;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;
use crate::store::Result;

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
    #[command(after_help = "Example:\n  lac session show 3f0c9d2b7a164e58a1b2c3d4e5f60718")]
    Show(ShowArgs),
    /// End sessions
    #[command(after_help = "Example:\n  lac session end --all")]
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
    /// The session's id
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Debug, Args)]
struct EndArgs {
    /// The sessions' ids
    #[arg(
        value_name = "ID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    ids: Vec<String>,
    /// Every open one that you may end
    #[arg(long)]
    all: bool,
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list(args, shop)?,
        Verb::Show(args) => {
            shop.show(
                &ShowSession {
                    id: SessionId::new(args.id),
                }
                .run(&shop.desk()?)?,
            )?;
        }
        Verb::End(args) => {
            let ids = args.ids.into_iter().map(SessionId::new).collect();
            let which = if args.all {
                Which::All
            } else {
                Which::Ids(ids)
            };
            shop.list(&End { which }.run(&shop.desk()?)?)?;
        }
    }
    Ok(0)
}

fn list(args: ListArgs, shop: &Shop) -> Result<()> {
    let limit = shop.limit(args.paging.limit);
    let request = ListSessions {
        mine: args.mine,
        admin: args.admin,
        customer: args.customer,
        states: args.state.into_iter().map(SessionState::from).collect(),
        after: args.paging.after,
        // One more tells whether something is left out.
        limit: limit.map(|n| n.saturating_add(1)),
    };
    let mut rows = request.run(&shop.desk()?)?;
    let more = limit.is_some_and(|limit| rows.len() > limit);
    rows.truncate(limit.unwrap_or(usize::MAX));
    shop.list(&rows)?;
    if let (true, Some(last)) = (more, rows.last()) {
        let shown = rows.len();
        shop.out
            .say(&format!("{shown} shown; go on with --after {}", last.id));
    }
    Ok(())
}

fn state_text(state: SessionState) -> Text {
    let tone = match state {
        SessionState::Issued => Tone::Warning,
        SessionState::Active => Tone::Good,
        SessionState::Ended | SessionState::Expired => Tone::Dim,
    };
    Text::toned(state.as_str(), tone)
}

const fn column(field: &'static str, title: &'static str) -> Column {
    Column { field, title }
}

impl Row for SessionRow {
    const COLUMNS: &'static [Column] = &[
        column("id", "Session"),
        column("state", "State"),
        column("admin", "Admin user"),
        column("customer_id", "Customer"),
        column("customer_email", "E-mail"),
        column("website", ""),
        column("store_view", "Store view"),
        column("issued_at", "Issued"),
        column("redeemed_at", ""),
        column("ended_at", ""),
        column("expires_at", ""),
        column("ends_at", ""),
        column("end_cause", ""),
        column("document", ""),
        column("ticket", "Ticket"),
        column("redeemed_by", ""),
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            self.id.to_string().into(),
            state_text(self.state),
            self.admin.clone().into(),
            self.customer_id.to_string().into(),
            self.customer_email.clone().unwrap_or_default().into(),
            self.store_view.clone().unwrap_or_default().into(),
            look.short_time(self.issued_at).into(),
            self.ticket.clone().unwrap_or_default().into(),
        ]
    }
}

impl Card for SessionRow {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let time = |time: Option<_>| time.map(|t| look.time(t)).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("session", self.id.to_string().into()),
            ("state", state_text(self.state)),
            ("admin user", self.admin.clone().into()),
            (
                "customer",
                format!("{} {}", self.customer_id, text(&self.customer_email)).into(),
            ),
            ("website", text(&self.website).into()),
            ("store view", text(&self.store_view).into()),
            ("issued", look.time(self.issued_at).into()),
            ("link until", look.time(self.expires_at).into()),
        ];
        let further = [
            ("redeemed", time(self.redeemed_at)),
            ("redeemed by", text(&self.redeemed_by)),
            ("ends", time(self.ends_at)),
            ("ended", time(self.ended_at)),
            (
                "because",
                self.end_cause
                    .map(|c| c.as_str().replace('_', " "))
                    .unwrap_or_default(),
            ),
            ("document", text(&self.document)),
            ("ticket", text(&self.ticket)),
        ];
        let known = further.into_iter().filter(|(_, value)| !value.is_empty());
        lines.extend(known.map(|(label, value)| (label, Text::from(value))));
        lines
    }
}

impl Row for Ended {
    const COLUMNS: &'static [Column] = &[
        column("id", "Session"),
        column("state", "State"),
        column("admin", "Admin user"),
        column("customer_id", "Customer"),
        column("changed", "Ended now"),
    ];

    fn cells(&self, _look: &Look) -> Vec<Text> {
        vec![
            self.id.to_string().into(),
            state_text(self.state),
            self.admin.clone().into(),
            self.customer_id.to_string().into(),
            Text::yes_no(self.changed),
        ]
    }
}
