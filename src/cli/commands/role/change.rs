//! `lac role create`, `delete`, `access`, `allow`, `deny` and `scope`.

use clap::{Args, ValueEnum};

use crate::cli::ask;
use crate::cli::commands::changes::{ended, mark};
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::roles::{
    Allow, Changed, Create, Delete, Deleted, Deny, ScopeWish, SetAccess, SetScope,
};
use lac_model::access::Access;
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, ShortText};
use lac_render::Look;
use lac_render::one::KeyValues;
use lac_render::safe::safe;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The new role's name
    name: String,
    /// Access to everything instead of nothing
    #[arg(long)]
    all: bool,
    /// all or website:CODE, several times [default: one's own scope]
    #[arg(long, value_name = "SCOPE", num_args = 1..)]
    scope: Vec<String>,
}

#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// The role
    name: String,
}

#[derive(Debug, Args)]
pub struct AccessArgs {
    /// The role
    name: String,
    /// Everything, or a set of resources
    #[arg(value_enum)]
    access: AccessArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AccessArg {
    All,
    Custom,
}

#[derive(Debug, Args)]
pub struct GrantArgs {
    /// The role
    name: String,
    /// Full ids, or unambiguous endings after `::` (login_button)
    #[arg(required = true, value_name = "RESOURCE")]
    resources: Vec<String>,
    /// What is beneath them in the tree as well
    #[arg(long)]
    with_children: bool,
}

#[derive(Debug, Args)]
pub struct ScopeArgs {
    /// The role
    name: String,
    /// all, or website:CODE…
    #[arg(required = true, value_name = "SCOPE")]
    scope: Vec<String>,
}

pub fn create(args: CreateArgs, shop: &Shop) -> Result<()> {
    let scope = (!args.scope.is_empty()).then(|| wish(&args.scope));
    let request = Create {
        name: args.name.try_into()?,
        all: args.all,
        scope: scope.transpose()?,
    };
    tell(shop, &shop.run(request)?)
}

pub fn delete(args: &DeleteArgs, shop: &Shop) -> Result<()> {
    let deleted = ask::confirmed(shop, |confirmed| {
        let name = args.name.clone();
        shop.run(Delete {
            name: name.try_into()?,
            confirmed,
        })
    })?;
    shop.show(&deleted)
}

pub fn access(args: AccessArgs, shop: &Shop) -> Result<()> {
    let access = match args.access {
        AccessArg::All => Access::All,
        AccessArg::Custom => Access::Custom,
    };
    let name = args.name;
    let answer = ask::confirmed_by_person(shop, |confirmation| {
        let name = name.parse()?;
        shop.run(SetAccess {
            name,
            access,
            confirmation,
        })
    })?;
    if answer.changed && !shop.out.can_ask {
        note_access(&answer.role.name, access, shop);
    }
    tell(shop, &answer)
}

/// Says what nobody was asked about.
pub fn note_access(role: &str, access: Access, shop: &Shop) {
    let name = safe(role);
    shop.out.say(&match access {
        Access::All => format!("note: role {name} has access to everything now"),
        Access::Custom => format!("note: role {name} holds nothing now; allow what it may"),
    });
}

pub fn allow(args: GrantArgs, shop: &Shop) -> Result<()> {
    let request = Allow {
        name: args.name.try_into()?,
        resources: BoundedList::read("RESOURCE", args.resources, ShortText::new)?,
        with_children: args.with_children,
    };
    let answer = shop.run(request)?;
    if answer.role.access == Access::All {
        shop.out
            .say("the role has access to everything: there is nothing to add");
    }
    tell(shop, &answer)
}

pub fn deny(args: GrantArgs, shop: &Shop) -> Result<()> {
    let request = Deny {
        name: args.name.try_into()?,
        resources: BoundedList::read("RESOURCE", args.resources, ShortText::new)?,
        with_children: args.with_children,
    };
    tell(shop, &shop.run(request)?)
}

pub fn scope(args: ScopeArgs, shop: &Shop) -> Result<()> {
    let request = SetScope {
        name: args.name.try_into()?,
        scope: wish(&args.scope)?,
    };
    tell(shop, &shop.run(request)?)
}

/// `all`, or `website:CODE`, several times.
fn wish(words: &[String]) -> Result<ScopeWish> {
    if let [all] = words
        && all == "all"
    {
        return Ok(ScopeWish::All);
    }
    let code = |word: &String| match word.strip_prefix("website:") {
        Some(code) if !code.is_empty() => Ok(code.to_owned()),
        _ => Err(Fault::invalid(
            "SCOPE",
            format!("`{word}` is neither all alone nor website:CODE"),
        )),
    };
    let codes: Vec<String> = words.iter().map(code).collect::<Result<_>>()?;
    BoundedList::read("SCOPE", codes, ShortText::new).map(ScopeWish::Websites)
}

fn tell(shop: &Shop, answer: &Changed) -> Result<()> {
    shop.show(answer)?;
    ended(shop, answer.sessions_ended);
    Ok(())
}

impl KeyValueView for Changed {
    fn lines(&self, look: &Look) -> KeyValues {
        mark(self.role.lines(look), self.changed)
    }
}

impl KeyValueView for Deleted {
    fn lines(&self, _look: &Look) -> KeyValues {
        KeyValues::new().add("deleted", &self.name)
    }
}
