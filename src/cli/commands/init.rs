//! `lac init`: make a store.

use clap::{ArgMatches, Args};

use super::{CommandSpec, parse_args, with_args};
use crate::cli::runner::Cli;
use crate::cli::system::os_account;
use crate::cli::view::KeyValueView;
use lac_app::access::init::{InitStore, StoreInitialized};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

pub const SPEC: CommandSpec = CommandSpec {
    name: "init",
    about: "Make a store: database, keys, the first administrator",
    arguments: with_args::<InitArgs>,
    run,
};

/// Makes the store, its keys, the role Administrators (everything) and the
/// first admin user, mapped to the account that runs this, or another one.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac init --admin alice --name shop.example.com")]
struct InitArgs {
    /// The first admin user's name [default: the account's name]
    #[arg(long, value_name = "NAME")]
    admin: Option<String>,

    /// The operating-system account that is this admin user, where others use
    /// the store through a broker [default: the one that runs this]
    #[arg(long, value_name = "NAME")]
    os_account: Option<String>,

    /// That admin user's full name
    #[arg(long, value_name = "TEXT")]
    full_name: Option<String>,

    /// The store's name: issuer of tokens, origin of checkpoints; fixed for
    /// good [default: lac- and eight random characters]
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
        .print_note("next: lac doctor says what is still to be done before the first login");
    Ok(0)
}

impl KeyValueView for StoreInitialized {
    fn lines(&self, _look: &Style) -> KeyValues {
        KeyValues::new()
            .add("store", &self.name)
            .add("administrator", &self.admin)
            .add("account", &self.os_account)
            .add("role", &self.role)
            .add("login key", &self.login_key)
            .add("audit key", &self.audit_key)
    }
}
