//! `lac user token …`.

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::args::Paging;
use crate::cli::out::Out;
use crate::cli::paging;
use crate::cli::runner::Cli;
use crate::cli::view::{KeyValueView, TableRow};
use lac_app::access::tokens::{
    MAX_LIFETIME, TokenCreate, TokenCreated, TokenList, TokenRevoke, TokenRevoked, TokenSelection,
    TokenView,
};
use lac_app::core::TokenState;
use lac_model::bounded::IntoBoundedText;
use lac_model::bounded::{BoundedList, ShortText};
use lac_model::fault::Fault;
use lac_model::time::{Timestamp, parse_duration};
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Subcommand)]
pub(super) enum UserTokenCommand {
    /// Create a token and show it once
    #[command(after_help = "Examples:\n  \
        lac user token create bob --expires 30d --label nightly\n  \
        lac user token create bob --resource login_button --website eu")]
    Create(CreateArgs),
    /// List an admin user's tokens [default: your own]
    #[command(after_help = "Example:\n  lac user token list bob")]
    List(ListArgs),
    /// Revoke tokens
    #[command(after_help = "Example:\n  lac user token revoke bob 3")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The admin user
    name: String,
    /// How long the token is valid: 1s to 366d [default: 90d, or until the token
    /// that creates it expires]
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
    /// Limit the token to this resource; can be repeated
    #[arg(long = "resource", value_name = "RESOURCE")]
    resource: Vec<String>,
    /// Limit the token to these websites
    #[arg(long, value_name = "CODE", num_args = 1..)]
    website: Vec<String>,
    /// A description of its purpose
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// The admin user
    name: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
pub(super) struct RevokeArgs {
    /// The admin user
    name: String,
    /// The tokens' ids (lac user token list)
    #[arg(required_unless_present = "all", value_name = "ID")]
    ids: Vec<i64>,
    /// All tokens of the admin user
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

pub(super) fn run(verb: UserTokenCommand, cli: &Cli) -> Result<()> {
    match verb {
        UserTokenCommand::Create(args) => create(args, cli),
        UserTokenCommand::List(args) => list(&args, cli),
        UserTokenCommand::Revoke(args) => {
            let which = if args.all {
                TokenSelection::All
            } else {
                TokenSelection::Ids(BoundedList::from_members("ID", args.ids)?)
            };
            let name = args.name;
            cli.print_view(&cli.run(TokenRevoke {
                name: name.try_into()?,
                which,
            })?)
        }
    }
}

fn list(args: &ListArgs, cli: &Cli) -> Result<()> {
    cli.connect()?;
    paging::show_pages(cli, &args.paging, |part| {
        let name = args.name.clone();
        cli.run(TokenList {
            name: name.into_bounded()?,
            part,
        })
    })
}

fn create(args: CreateArgs, cli: &Cli) -> Result<()> {
    let request = TokenCreate {
        name: args.name.try_into()?,
        label: args
            .label
            .filter(|label| !label.is_empty())
            .into_bounded()?,
        lifetime: args.expires.as_deref().map(parse_lifetime).transpose()?,
        resources: BoundedList::parse("--resource", args.resource, ShortText::new)?,
        websites: BoundedList::parse("--website", args.website, ShortText::new)?,
    };
    let created = cli.run(request)?;
    if cli.out.format.is_machine_readable() {
        return cli.print_view(&created);
    }
    Out::print_line(created.token.expose())?;
    cli.out.print_note(&format!(
        "this token of {} is shown once; it expires {}",
        lac_render::sanitize::sanitize(&created.name),
        cli.style().time(created.expires_at)
    ));
    Ok(())
}

fn parse_lifetime(text: &str) -> Result<Duration> {
    let limits = "a token expires after 1s to 366d";
    let length = match text {
        "never" | "" => return Err(Fault::invalid("--expires", limits)),
        text => parse_duration(text, None).map_err(|e| Fault::invalid("--expires", e))?,
    };
    if length.is_zero() || length > MAX_LIFETIME {
        return Err(Fault::invalid("--expires", limits));
    }
    Ok(length)
}

impl KeyValueView for TokenCreated {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new() // only the token goes to stdout
    }
}

impl KeyValueView for TokenRevoked {
    fn lines(&self, _style: &Style) -> KeyValues {
        let list = |ids: &[i64]| {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            (!ids.is_empty()).then(|| ids.join(", "))
        };
        let none = || "none: they were revoked before".to_owned();
        KeyValues::new()
            .add("name", &self.name)
            .add("revoked", list(&self.revoked).unwrap_or_else(none))
            .add_some("created with them", list(&self.descendants))
    }
}

/// The limits of a token, in short.
fn restrictions_text(token: &TokenView) -> String {
    let resources = token.resources.iter().flatten().map(|r| r.short_id());
    let websites = token
        .websites
        .iter()
        .flatten()
        .map(|code| format!("website:{code}"));
    let all: Vec<String> = resources.map(str::to_owned).chain(websites).collect();
    match (&token.resources, &token.websites) {
        (Some(none), _) if none.is_empty() => "nothing".to_owned(),
        (_, Some(none)) if none.is_empty() => "no website".to_owned(),
        _ => all.join(", "),
    }
}

fn state_text(token: &TokenView) -> StyledText {
    let emphasis = match token.state {
        TokenState::Active => Emphasis::Good,
        TokenState::Suspended => Emphasis::Warning,
        TokenState::Expired | TokenState::Revoked => Emphasis::Dim,
    };
    let state = token.state.as_str();
    match token.parent_id {
        None => StyledText::with_emphasis(state, emphasis),
        Some(parent) => {
            StyledText::with_emphasis(format!("{state}, created with {parent}"), emphasis)
        }
    }
}

/// Relative on a terminal, because three absolute times would fill the line.
fn time_text(time: Timestamp, style: &Style) -> String {
    match style.width {
        Some(_) => time.format_relative(style.now),
        None => style.short_time(time),
    }
}

impl TableRow for TokenView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "id", |row, _| row.id.to_string().into()),
        Column::new("name", "name", |row, _| (&row.name).into()),
        Column::new("label", "label", |row, _| (&row.label).into()),
        Column::new("created_at", "created", |row, style| {
            time_text(row.created_at, style).into()
        }),
        Column::new("expires_at", "expires", |row, style| match row.expires_at {
            Some(at) => time_text(at, style).into(),
            None => "never".into(),
        }),
        Column::hidden("revoked_at"),
        Column::new("last_used_at", "last used", |row, style| {
            row.last_used_at.map(|at| time_text(at, style)).into()
        }),
        Column::new("resources", "only", |row, _| restrictions_text(row).into()),
        Column::hidden("websites"),
        Column::new("state", "state", |row, _| state_text(row)),
        Column::hidden("parent_id"),
    ];
}
