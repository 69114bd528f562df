//! `lac init`.

use clap::{ArgMatches, Args};

use super::{CommandSpec, parse_args, with_args};
use crate::cli::runner::Cli;
use crate::cli::system::os_account;
use crate::cli::view::KeyValueView;
use lac_app::access::init::{InitStore, StoreInitialized};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "init",
    about: "Create a store with its keys and the first admin user",
    arguments: with_args::<InitArgs>,
    run,
};

/// Creates a store, its keys, the role Administrators (with full access) and the
/// first admin user, mapped to your operating-system account or another one.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac init --admin alice --name shop.example.com")]
struct InitArgs {
    /// The first admin user's name [default: the account's name]
    #[arg(long, value_name = "NAME")]
    admin: Option<String>,

    /// The operating-system account of this admin user, for a store with a broker
    /// [default: yours]
    #[arg(long, value_name = "NAME")]
    os_account: Option<String>,

    /// The first admin user's full name
    #[arg(long, value_name = "TEXT")]
    full_name: Option<String>,

    /// The store's name, which is the issuer of tokens and the origin of
    /// checkpoints; it cannot be changed [default: lac- and eight random characters]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: InitArgs = parse_args(matches)?;
    let account = os_account();
    let request = InitStore {
        admin: args
            .admin
            .or_else(|| args.os_account.clone())
            .unwrap_or_else(|| account.clone()),
        full_name: args.full_name,
        os_account: args.os_account.unwrap_or(account),
        name: args.name,
    };
    request.check()?;
    let founded = request.run(&cli.context_for_new_store()?)?;
    cli.print_view(&founded)?;
    cli.out
        .print_note("next: run lac doctor to see what to set up before the first login");
    Ok(0)
}

impl KeyValueView for StoreInitialized {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new()
            .add("store", &self.name)
            .add("administrator", &self.admin)
            .add("account", &self.os_account)
            .add("role", &self.role)
            .add("login key", &self.login_key)
            .add("audit key", &self.audit_key)
    }
}
