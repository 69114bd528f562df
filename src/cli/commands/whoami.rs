//! `lac whoami`.

use clap::{ArgMatches, Args};

use super::{CommandSpec, with_args};
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::access::whoami::{ActorView, WhoAmI};
use lac_model::access::{Access, AuthMethod};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "whoami",
    about: "Show who you are and what you may do",
    arguments: with_args::<NoArguments>,
    run,
};

/// Shows the admin user or storefront of this account or token.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac whoami -o json")]
struct NoArguments {}

fn run(_matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let myself = cli.run(WhoAmI::default())?;
    cli.print_view(&myself)?;
    Ok(0)
}

impl KeyValueView for ActorView {
    fn lines(&self, _style: &Style) -> KeyValues {
        let via = match self.via {
            AuthMethod::OsAccount => "operating-system account",
            AuthMethod::Token => "access token",
        };
        let ids: Vec<&str> = self.resources.iter().map(|r| r.id()).collect();
        let may = match self.access {
            Access::All => "everything".to_owned(),
            Access::Custom if ids.is_empty() => "nothing".to_owned(),
            Access::Custom => ids.join(", "),
        };
        let websites = match &self.websites {
            None => "all".to_owned(),
            Some(codes) if codes.is_empty() => "none".to_owned(),
            Some(codes) => codes.join(", "),
        };
        KeyValues::new()
            .add("name", &self.name)
            .add("full name", &self.full_name)
            .add("role", self.role.as_deref().unwrap_or("storefront"))
            .add("signed in by", via)
            .add("may", may)
            .add("websites", websites)
            .add("store", &self.store)
    }
}
