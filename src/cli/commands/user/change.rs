//! `lac user create`, `assign`, `edit`, `disable`, `enable` and `delete`.

use clap::Args;

use crate::cli::change_notes::{mark_unchanged, print_sessions_ended};
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use crate::cli::{input, prompt};
use lac_app::access::users::{
    UserAssign, UserChanged, UserCreate, UserDelete, UserDeleted, UserEdit, UserSetEnabled,
};
use lac_model::bounded::IntoBoundedText;
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::sanitize::sanitize;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct NameArgs {
    /// The admin user
    name: String,
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The new admin user's name
    name: String,
    /// The admin user's role
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// The admin user's operating-system account on this host
    #[arg(long, value_name = "NAME")]
    os_account: Option<String>,
    /// The admin user's full name (- reads stdin)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    full_name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct AssignArgs {
    /// The admin user
    name: String,
    /// The new role
    role: String,
}

#[derive(Debug, Args)]
pub(super) struct EditArgs {
    /// The admin user
    name: String,
    /// The admin user's operating-system account on this host; '' for none
    #[arg(long, value_name = "NAME")]
    os_account: Option<String>,
    /// The admin user's full name (- reads stdin); '' for none
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    full_name: Option<String>,
}

pub(super) fn create(args: CreateArgs, cli: &Cli) -> Result<()> {
    let account = args.os_account.clone();
    let request = UserCreate {
        name: args.name.try_into()?,
        role: args.role.try_into()?,
        os_account: args.os_account.into_bounded()?,
        full_name: input::optional_text("--full-name", args.full_name.as_deref())?
            .into_bounded()?,
    };
    print_changed(cli, &cli.run(request)?)?;
    warn_if_account_missing(account.as_deref(), cli);
    Ok(())
}

pub(super) fn assign(args: AssignArgs, cli: &Cli) -> Result<()> {
    let request = UserAssign {
        name: args.name.try_into()?,
        role: args.role.try_into()?,
    };
    print_changed(cli, &cli.run(request)?)
}

pub(super) fn edit(args: EditArgs, cli: &Cli) -> Result<()> {
    if args.os_account.is_none() && args.full_name.is_none() {
        return Err(Fault::InputRequired {
            what: "what to change".to_owned(),
            flag: "--os-account or --full-name".to_owned(),
        });
    }
    let account = args.os_account.clone();
    let request = UserEdit {
        name: args.name.try_into()?,
        os_account: args.os_account.into_bounded()?,
        full_name: input::optional_text("--full-name", args.full_name.as_deref())?
            .into_bounded()?,
    };
    print_changed(cli, &cli.run(request)?)?;
    warn_if_account_missing(account.as_deref(), cli);
    Ok(())
}

pub(super) fn set_enabled(args: NameArgs, enabled: bool, cli: &Cli) -> Result<()> {
    let name = args.name;
    print_changed(
        cli,
        &cli.run(UserSetEnabled {
            name: name.try_into()?,
            enabled,
        })?,
    )
}

pub(super) fn delete(args: &NameArgs, cli: &Cli) -> Result<()> {
    let deleted = prompt::confirmed(cli, |confirmed| {
        let name = args.name.clone();
        cli.run(UserDelete {
            name: name.try_into()?,
            confirmed,
        })
    })?;
    cli.print_view(&deleted)?;
    print_sessions_ended(cli, deleted.sessions_ended);
    Ok(())
}

/// Warns if this host has no account of that name. It is not an error, because
/// the account may be created later.
fn warn_if_account_missing(account: Option<&str>, cli: &Cli) {
    let Some(name) = account.filter(|name| !name.is_empty()) else {
        return;
    };
    let uid = name.strip_prefix("uid:");
    let is_uid = uid.is_some_and(|uid| uid.parse::<u32>().is_ok());
    // A failed lookup does not mean that the account is missing.
    if !is_uid && matches!(nix::unistd::User::from_name(name), Ok(None)) {
        cli.out.print_note(&format!(
            "warning: this host has no account {} yet, so nobody can use it to sign in",
            sanitize(name)
        ));
    }
}

fn print_changed(cli: &Cli, answer: &UserChanged) -> Result<()> {
    cli.print_view(answer)?;
    print_sessions_ended(cli, answer.sessions_ended);
    Ok(())
}

impl KeyValueView for UserChanged {
    fn lines(&self, style: &Style) -> KeyValues {
        mark_unchanged(self.user.lines(style), self.changed)
    }
}

impl KeyValueView for UserDeleted {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new().add("deleted", &self.name)
    }
}
