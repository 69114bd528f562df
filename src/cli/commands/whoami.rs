//! `lac whoami`.

use clap::{ArgMatches, Args};

use super::{Noun, arguments};
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::whoami::{Myself, WhoAmI};
use lac_model::access::{Access, Via};
use lac_render::Look;
use lac_render::one::KeyValues;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "whoami",
    about: "Who one is here, and what one may do",
    arguments: arguments::<NoArguments>,
    run,
};

/// Shows the admin user or storefront that this account or token is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac whoami -o json")]
struct NoArguments {}

fn run(_matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    let myself = shop.run(WhoAmI::default())?;
    shop.show(&myself)?;
    Ok(0)
}

impl KeyValueView for Myself {
    fn lines(&self, _look: &Look) -> KeyValues {
        let via = match self.via {
            Via::OsAccount => "operating-system account",
            Via::Token => "access token",
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
            .add("known by", via)
            .add("may", may)
            .add("websites", websites)
            .add("store", &self.store)
    }
}
