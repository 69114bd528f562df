//! `lac role create`, `delete`, `access`, `allow`, `deny` and `scope`.

use clap::{Args, ValueEnum};

use crate::cli::change_notes::{mark_unchanged, print_sessions_ended};
use crate::cli::prompt;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::access::roles::{
    RoleAllow, RoleChanged, RoleCreate, RoleDelete, RoleDeleted, RoleDeny, RoleSetAccess,
    RoleSetScope, ScopeSelection,
};
use lac_model::access::Access;
use lac_model::bounded::{BoundedList, ShortText};
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::sanitize::sanitize;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The new role's name
    name: String,
    /// Give the role full access instead of none
    #[arg(long)]
    all: bool,
    /// all, or one or more website:CODE [default: your own scope]
    #[arg(long, value_name = "SCOPE", num_args = 1..)]
    scope: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct DeleteArgs {
    /// The role
    name: String,
}

#[derive(Debug, Args)]
pub(super) struct AccessArgs {
    /// The role
    name: String,
    /// All resources, or a custom set
    #[arg(value_enum)]
    access: AccessArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AccessArg {
    All,
    Custom,
}

#[derive(Debug, Args)]
pub(super) struct AllowDenyArgs {
    /// The role
    name: String,
    /// Full ids, or unique endings after `::` (login_button)
    #[arg(required = true, value_name = "RESOURCE")]
    resources: Vec<String>,
    /// Include the resources beneath them in the tree
    #[arg(long)]
    with_children: bool,
}

#[derive(Debug, Args)]
pub(super) struct ScopeArgs {
    /// The role
    name: String,
    /// all, or one or more website:CODE
    #[arg(required = true, value_name = "SCOPE")]
    scope: Vec<String>,
}

pub(super) fn create(args: CreateArgs, cli: &Cli) -> Result<()> {
    let scope = (!args.scope.is_empty()).then(|| parse_scope(&args.scope));
    let request = RoleCreate {
        name: args.name.try_into()?,
        all: args.all,
        scope: scope.transpose()?,
    };
    print_changed(cli, &cli.run(request)?)
}

pub(super) fn delete(args: &DeleteArgs, cli: &Cli) -> Result<()> {
    let deleted = prompt::confirmed(cli, |confirmed| {
        let name = args.name.clone();
        cli.run(RoleDelete {
            name: name.try_into()?,
            confirmed,
        })
    })?;
    cli.print_view(&deleted)
}

pub(super) fn access(args: AccessArgs, cli: &Cli) -> Result<()> {
    let access = match args.access {
        AccessArg::All => Access::All,
        AccessArg::Custom => Access::Custom,
    };
    let name = args.name;
    let answer = prompt::run_confirmed_if_interactive(cli, |confirmation| {
        let name = name.parse()?;
        cli.run(RoleSetAccess {
            name,
            access,
            confirmation,
        })
    })?;
    if answer.changed && !cli.out.is_interactive {
        note_access(&answer.role.name, access, cli);
    }
    print_changed(cli, &answer)
}

/// Notes a side effect for which there was no confirmation prompt.
pub(super) fn note_access(role: &str, access: Access, cli: &Cli) {
    let name = sanitize(role);
    cli.out.print_note(&match access {
        Access::All => format!("note: role {name} now has full access"),
        Access::Custom => {
            format!("note: role {name} now has no resources; add them with lac role allow")
        }
    });
}

pub(super) fn allow(args: AllowDenyArgs, cli: &Cli) -> Result<()> {
    let request = RoleAllow {
        name: args.name.try_into()?,
        resources: BoundedList::parse("RESOURCE", args.resources, ShortText::new)?,
        with_children: args.with_children,
    };
    let answer = cli.run(request)?;
    if answer.role.access == Access::All {
        cli.out
            .print_note("the role has full access: there is nothing to add");
    }
    print_changed(cli, &answer)
}

pub(super) fn deny(args: AllowDenyArgs, cli: &Cli) -> Result<()> {
    let request = RoleDeny {
        name: args.name.try_into()?,
        resources: BoundedList::parse("RESOURCE", args.resources, ShortText::new)?,
        with_children: args.with_children,
    };
    print_changed(cli, &cli.run(request)?)
}

pub(super) fn scope(args: ScopeArgs, cli: &Cli) -> Result<()> {
    let request = RoleSetScope {
        name: args.name.try_into()?,
        scope: parse_scope(&args.scope)?,
    };
    print_changed(cli, &cli.run(request)?)
}

/// `all`, or one or more `website:CODE`.
fn parse_scope(words: &[String]) -> Result<ScopeSelection> {
    if let [all] = words
        && all == "all"
    {
        return Ok(ScopeSelection::All);
    }
    let code = |word: &String| match word.strip_prefix("website:") {
        Some(code) if !code.is_empty() => Ok(code.to_owned()),
        _ => Err(Fault::invalid(
            "SCOPE",
            format!("`{word}`: expected all, or one or more website:CODE"),
        )),
    };
    let codes: Vec<String> = words.iter().map(code).collect::<Result<_>>()?;
    BoundedList::parse("SCOPE", codes, ShortText::new).map(ScopeSelection::Websites)
}

fn print_changed(cli: &Cli, answer: &RoleChanged) -> Result<()> {
    cli.print_view(answer)?;
    print_sessions_ended(cli, answer.sessions_ended);
    Ok(())
}

impl KeyValueView for RoleChanged {
    fn lines(&self, style: &Style) -> KeyValues {
        mark_unchanged(self.role.lines(style), self.changed)
    }
}

impl KeyValueView for RoleDeleted {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new().add("deleted", &self.name)
    }
}
