//! `lac whoami`.

use clap::{ArgMatches, Args};

use super::{Noun, arguments};
use crate::app::whoami::{Myself, WhoAmI};
use crate::cli::shop::Shop;
use crate::domain::access::{Access, Via};
use crate::render::Look;
use crate::render::list::Text;
use crate::render::one::Card;
use crate::store::Result;

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

impl Card for Myself {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let via = match self.via {
            Via::OsAccount => "operating-system account",
            Via::Token => "access token",
        };
        let may = match self.access {
            Access::All => "everything".to_owned(),
            Access::Custom => {
                let ids: Vec<&str> = self.resources.iter().map(|r| r.id()).collect();
                if ids.is_empty() {
                    "nothing".to_owned()
                } else {
                    ids.join(", ")
                }
            }
        };
        let websites = match &self.websites {
            None => "all".to_owned(),
            Some(codes) if codes.is_empty() => "none".to_owned(),
            Some(codes) => codes.join(", "),
        };
        vec![
            ("name", self.name.clone().into()),
            (
                "full name",
                self.full_name.clone().unwrap_or_default().into(),
            ),
            (
                "role",
                self.role
                    .clone()
                    .unwrap_or_else(|| "storefront".to_owned())
                    .into(),
            ),
            ("known by", via.into()),
            ("may", may.into()),
            ("websites", websites.into()),
            ("store", self.store.clone().into()),
        ]
    }
}
