//! `lac user token …`.

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::app::tokens::{
    Create, Created, List, MAX_LIFETIME, Revoke, Revoked, TokenState, TokenView, Which,
};
use crate::cli::args::Paging;
use crate::cli::out::Out;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::domain::fault::Fault;
use crate::domain::form::OptionalText;
use crate::domain::form::{BoundedList, ShortText};
use crate::domain::time::{Timestamp, parse_duration};
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;
use crate::store::Result;

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
        crate::render::safe::safe(&created.name),
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

impl Card for Created {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        Vec::new() // the token stands alone on stdout
    }
}

impl Card for Revoked {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let ids: Vec<String> = self.revoked.iter().map(ToString::to_string).collect();
        let text = if ids.is_empty() {
            "none: they were so already".to_owned()
        } else {
            ids.join(", ")
        };
        let mut lines = vec![("name", self.name.clone().into()), ("revoked", text.into())];
        if !self.descendants.is_empty() {
            let ids: Vec<String> = self.descendants.iter().map(ToString::to_string).collect();
            lines.push(("made with them", ids.join(", ").into()));
        }
        lines
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

impl Row for TokenView {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "id",
            title: "id",
        },
        Column {
            field: "name",
            title: "name",
        },
        Column {
            field: "label",
            title: "label",
        },
        Column {
            field: "created_at",
            title: "created",
        },
        Column {
            field: "expires_at",
            title: "expires",
        },
        Column {
            field: "revoked_at",
            title: "",
        },
        Column {
            field: "last_used_at",
            title: "last used",
        },
        Column {
            field: "resources",
            title: "only",
        },
        Column {
            field: "websites",
            title: "",
        },
        Column {
            field: "state",
            title: "state",
        },
        Column {
            field: "parent_id",
            title: "",
        },
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        let tone = match self.state {
            TokenState::Active => Tone::Good,
            TokenState::Suspended => Tone::Warning,
            TokenState::Expired | TokenState::Revoked => Tone::Dim,
        };
        // Three times leave no room for anything else on a terminal.
        let time = |time: Timestamp| match look.width {
            Some(_) => time.relative(look.now),
            None => look.short_time(time),
        };
        let state = match self.parent_id {
            None => self.state.as_str().to_owned(),
            Some(parent) => format!("{}, made with {parent}", self.state.as_str()),
        };
        let last_used = self.last_used_at.map(time);
        let expires = self.expires_at.map(time);
        vec![
            self.id.to_string().into(),
            self.name.clone().into(),
            self.label.clone().unwrap_or_default().into(),
            time(self.created_at).into(),
            expires.unwrap_or_else(|| "never".to_owned()).into(),
            last_used.unwrap_or_default().into(),
            only(self).into(),
            Text::toned(state, tone),
        ]
    }
}
