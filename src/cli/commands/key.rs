//! `lac key …`.

use clap::{ArgMatches, Args, Subcommand};

use super::{Noun, parsed, verbs};
use crate::app::keys::{Jwks, KeyShown, ListKeys, Verifier};
use crate::cli::args::Paging;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::render::Look;
use crate::render::list::{Column, Row, Text};
use crate::render::safe::safe;
use crate::store::Result;

pub const NOUN: Noun = Noun {
    name: "key",
    about: "The store's public keys",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List every key there ever was
    #[command(after_help = "Example:\n  lac key list")]
    List(ListArgs),
    /// Print the login keys as a JSON Web Key Set (RFC 7517)
    #[command(after_help = "Example:\n  lac key jwks > jwks.json")]
    Jwks(NoArguments),
    /// Print the audit key, which checkpoints verify with, in C2SP's form
    #[command(after_help = "Example:\n  lac key verifier > lac.vkey")]
    Verifier(NoArguments),
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
struct NoArguments {}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => {
            let keys = shop.run(ListKeys::default())?;
            shop.page(keys, &args.paging, |key| key.kid.clone())?;
        }
        Verb::Jwks(_) => Out::json(&shop.run(Jwks::default())?)?,
        Verb::Verifier(_) => {
            let key = shop.run(Verifier::default())?;
            if shop.out.format.is_json() {
                Out::json(&key)?;
            } else {
                // A store's name holds nothing that would be replaced here.
                Out::line(&safe(&key.verifier))?;
            }
        }
    }
    Ok(0)
}

impl Row for KeyShown {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "kid",
            title: "key id",
        },
        Column {
            field: "purpose",
            title: "purpose",
        },
        Column {
            field: "state",
            title: "state",
        },
        Column {
            field: "created_at",
            title: "created",
        },
        Column {
            field: "retired_at",
            title: "",
        },
        Column {
            field: "verifier",
            title: "",
        },
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            self.kid.clone().into(),
            self.purpose.clone().into(),
            self.state.clone().into(),
            look.short_time(self.created_at).into(),
        ]
    }
}
