//! `lac user create`, `assign`, `edit`, `disable`, `enable` and `delete`.

use clap::Args;

use crate::cli::commands::changes::{ended, mark};
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use crate::cli::{ask, input};
use lac_app::users::{Assign, Changed, Create, Delete, Deleted, Edit, SetEnabled};
use lac_model::fault::Fault;
use lac_model::form::OptionalText;
use lac_render::Look;
use lac_render::one::KeyValues;
use lac_render::safe::safe;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct NameArgs {
    /// The admin user
    name: String,
}

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The new admin user's name
    name: String,
    /// Their role
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// The operating-system account that is this admin user here
    #[arg(long, value_name = "NAME")]
    os_account: Option<String>,
    /// Their full name (- reads stdin)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    full_name: Option<String>,
}

#[derive(Debug, Args)]
pub struct AssignArgs {
    /// The admin user
    name: String,
    /// Their new role
    role: String,
}

#[derive(Debug, Args)]
pub struct EditArgs {
    /// The admin user
    name: String,
    /// The operating-system account that is this admin user here; '' for none
    #[arg(long, value_name = "NAME")]
    os_account: Option<String>,
    /// Their full name (- reads stdin); '' for none
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    full_name: Option<String>,
}

pub fn create(args: CreateArgs, shop: &Shop) -> Result<()> {
    let account = args.os_account.clone();
    let request = Create {
        name: args.name.try_into()?,
        role: args.role.try_into()?,
        os_account: args.os_account.formed()?,
        full_name: input::optional("--full-name", args.full_name.as_deref())?.formed()?,
    };
    tell(shop, &shop.run(request)?)?;
    warn_of_unknown(account.as_deref(), shop);
    Ok(())
}

pub fn assign(args: AssignArgs, shop: &Shop) -> Result<()> {
    let request = Assign {
        name: args.name.try_into()?,
        role: args.role.try_into()?,
    };
    tell(shop, &shop.run(request)?)
}

pub fn edit(args: EditArgs, shop: &Shop) -> Result<()> {
    if args.os_account.is_none() && args.full_name.is_none() {
        return Err(Fault::InputRequired {
            what: "what to change".to_owned(),
            flag: "--os-account or --full-name".to_owned(),
        });
    }
    let account = args.os_account.clone();
    let request = Edit {
        name: args.name.try_into()?,
        os_account: args.os_account.formed()?,
        full_name: input::optional("--full-name", args.full_name.as_deref())?.formed()?,
    };
    tell(shop, &shop.run(request)?)?;
    warn_of_unknown(account.as_deref(), shop);
    Ok(())
}

pub fn set_enabled(args: NameArgs, enabled: bool, shop: &Shop) -> Result<()> {
    let name = args.name;
    tell(
        shop,
        &shop.run(SetEnabled {
            name: name.try_into()?,
            enabled,
        })?,
    )
}

pub fn delete(args: &NameArgs, shop: &Shop) -> Result<()> {
    let deleted = ask::confirmed(shop, |confirmed| {
        let name = args.name.clone();
        shop.run(Delete {
            name: name.try_into()?,
            confirmed,
        })
    })?;
    shop.show(&deleted)?;
    ended(shop, deleted.sessions_ended);
    Ok(())
}

/// Says when nobody can come in by an account, because this host has none of
/// that name. It may come later, so that it is no error.
fn warn_of_unknown(account: Option<&str>, shop: &Shop) {
    let Some(name) = account.filter(|name| !name.is_empty()) else {
        return;
    };
    let uid = name.strip_prefix("uid:");
    let is_uid = uid.is_some_and(|uid| uid.parse::<u32>().is_ok());
    // A directory that does not answer is no reason to say that it is missing.
    if !is_uid && matches!(nix::unistd::User::from_name(name), Ok(None)) {
        shop.out.say(&format!(
            "warning: this host has no account {} (yet): nobody can come in by it",
            safe(name)
        ));
    }
}

fn tell(shop: &Shop, answer: &Changed) -> Result<()> {
    shop.show(answer)?;
    ended(shop, answer.sessions_ended);
    Ok(())
}

impl KeyValueView for Changed {
    fn lines(&self, look: &Look) -> KeyValues {
        mark(self.user.lines(look), self.changed)
    }
}

impl KeyValueView for Deleted {
    fn lines(&self, _look: &Look) -> KeyValues {
        KeyValues::new().add("deleted", &self.name)
    }
}
