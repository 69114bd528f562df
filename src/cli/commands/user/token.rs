//! `lac user token …`.

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::args::Paging;
use crate::cli::out::Out;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::cli::view::{KeyValueView, Tabled};
use lac_app::tokens::{
    Create, Created, List, MAX_LIFETIME, Revoke, Revoked, TokenState, TokenView, Which,
};
use lac_model::fault::Fault;
use lac_model::form::OptionalText;
use lac_model::form::{BoundedList, ShortText};
use lac_model::time::{Timestamp, parse_duration};
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;
use lac_store::Result;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a token and show it, once
    #[command(after_help = "Examples:\n  \
        lac user token create bob --expires 30d --label nightly\n  \
        lac user token create bob --resource login_button --website eu")]
    Create(CreateArgs),
    /// List an admin user's tokens, one's own if nobody is named
    #[command(after_help = "Example:\n  lac user token list bob")]
    List(ListArgs),
    /// Revoke tokens
    #[command(after_help = "Example:\n  lac user token revoke bob 3")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Whose token it is
    name: String,
    /// How long it counts: 1s to 366d [default: 90d, or as long as the token
    /// it is made with]
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
    /// Hold only this resource; may be given several times
    #[arg(long = "resource", value_name = "RESOURCE")]
    resource: Vec<String>,
    /// Only for these websites
    #[arg(long, value_name = "CODE", num_args = 1..)]
    website: Vec<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// The admin user
    name: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The admin user
    name: String,
    /// The tokens' ids (lac user token list)
    #[arg(required_unless_present = "all", value_name = "ID")]
    ids: Vec<i64>,
    /// All of them
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

pub fn run(verb: Verb, shop: &Shop) -> Result<()> {
    match verb {
        Verb::Create(args) => create(args, shop),
        Verb::List(args) => list(&args, shop),
        Verb::Revoke(args) => {
            let which = if args.all {
                Which::All
            } else {
                Which::Ids(BoundedList::of("ID", args.ids)?)
            };
            let name = args.name;
            shop.show(&shop.run(Revoke {
                name: name.try_into()?,
                which,
            })?)
        }
    }
}

fn list(args: &ListArgs, shop: &Shop) -> Result<()> {
    shop.ready()?;
    paging::show(shop, &args.paging, |part| {
        let name = args.name.clone();
        shop.run(List {
            name: name.formed()?,
            part,
        })
    })
}

fn create(args: CreateArgs, shop: &Shop) -> Result<()> {
    let request = Create {
        name: args.name.try_into()?,
        label: args.label.filter(|label| !label.is_empty()).formed()?,
        lifetime: args.expires.as_deref().map(lifetime).transpose()?,
        resources: BoundedList::read("--resource", args.resource, ShortText::new)?,
        websites: BoundedList::read("--website", args.website, ShortText::new)?,
    };
    let created = shop.run(request)?;
    if shop.out.format.is_for_programs() {
        return shop.show(&created);
    }
    Out::line(created.token.expose())?;
    shop.out.say(&format!(
        "this token of {} is shown once; it expires {}",
        lac_render::safe::safe(&created.name),
        shop.look().time(created.expires_at)
    ));
    Ok(())
}

fn lifetime(text: &str) -> Result<Duration> {
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

impl KeyValueView for Created {
    fn lines(&self, _look: &Look) -> KeyValues {
        KeyValues::new() // the token stands alone on stdout
    }
}

impl KeyValueView for Revoked {
    fn lines(&self, _look: &Look) -> KeyValues {
        let list = |ids: &[i64]| {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            (!ids.is_empty()).then(|| ids.join(", "))
        };
        let none = || "none: they were so already".to_owned();
        KeyValues::new()
            .add("name", &self.name)
            .add("revoked", list(&self.revoked).unwrap_or_else(none))
            .add_some("made with them", list(&self.descendants))
    }
}

/// What a token is limited to, in short.
fn only(token: &TokenView) -> String {
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

fn state(token: &TokenView) -> Text {
    let tone = match token.state {
        TokenState::Active => Tone::Good,
        TokenState::Suspended => Tone::Warning,
        TokenState::Expired | TokenState::Revoked => Tone::Dim,
    };
    let state = token.state.as_str();
    match token.parent_id {
        None => Text::toned(state, tone),
        Some(parent) => Text::toned(format!("{state}, made with {parent}"), tone),
    }
}

/// Three absolute times leave no room for anything else on a terminal.
fn time(time: Timestamp, look: &Look) -> String {
    match look.width {
        Some(_) => time.relative(look.now),
        None => look.short_time(time),
    }
}

impl Tabled for TokenView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "id", |row, _| row.id.to_string().into()),
        Column::new("name", "name", |row, _| (&row.name).into()),
        Column::new("label", "label", |row, _| (&row.label).into()),
        Column::new("created_at", "created", |row, look| {
            time(row.created_at, look).into()
        }),
        Column::new("expires_at", "expires", |row, look| match row.expires_at {
            Some(at) => time(at, look).into(),
            None => "never".into(),
        }),
        Column::hidden("revoked_at"),
        Column::new("last_used_at", "last used", |row, look| {
            row.last_used_at.map(|at| time(at, look)).into()
        }),
        Column::new("resources", "only", |row, _| only(row).into()),
        Column::hidden("websites"),
        Column::new("state", "state", |row, _| state(row)),
        Column::hidden("parent_id"),
    ];
}
