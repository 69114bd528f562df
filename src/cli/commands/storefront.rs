//! `lac storefront …`.

use clap::{ArgMatches, Args, Subcommand};

use super::{Noun, parsed, verbs};
use crate::app::storefronts::{Add, Added, List, Revoke, Revoked, StorefrontView};
use crate::cli::args::Paging;
use crate::cli::commands::changes::mark;
use crate::cli::out::Out;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::domain::form::{BoundedList, ShortText};
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;
use crate::render::safe::safe;
use crate::store::Result;

pub const NOUN: Noun = Noun {
    name: "storefront",
    about: "Storefronts' own accounts, which redeem login URLs",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add a storefront and show its token, once
    #[command(after_help = "Example:\n  lac storefront add shop-eu --website eu --website uk")]
    Add(AddArgs),
    /// List the storefronts
    #[command(after_help = "Example:\n  lac storefront list -o json")]
    List(ListArgs),
    /// Revoke a storefront: its token counts no more
    #[command(after_help = "Example:\n  lac storefront revoke shop-eu")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// The new storefront's name
    #[arg(value_name = "NAME")]
    new_name: String,
    /// The websites it serves
    #[arg(long = "website", value_name = "CODE", required = true, num_args = 1..)]
    websites: Vec<String>,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
struct RevokeArgs {
    /// The storefront
    name: String,
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::Add(args) => add(args, shop)?,
        Verb::List(args) => {
            shop.ready()?;
            paging::show(shop, &args.paging, |part| shop.run(List { part }))?;
        }
        Verb::Revoke(args) => shop.show(&shop.run(Revoke {
            name: args.name.try_into()?,
        })?)?,
    }
    Ok(0)
}

fn add(args: AddArgs, shop: &Shop) -> Result<()> {
    let request = Add {
        name: args.new_name.try_into()?,
        websites: BoundedList::read("--website", args.websites, ShortText::new)?,
    };
    let added = shop.run(request)?;
    if shop.out.format.is_for_programs() {
        return shop.show(&added);
    }
    Out::line(added.token.expose())?;
    let until = match added.expires_at {
        None => "it counts until the storefront is revoked".to_owned(),
        Some(at) => format!(
            "it expires on {} with the token that you use, and is revoked with it: add the \
             storefront without LAC_TOKEN for one that stays",
            shop.look().time(at)
        ),
    };
    let name = safe(&added.name);
    shop.out.say(&format!(
        "this token of the storefront {name} is shown once; {until}"
    ));
    Ok(())
}

impl Card for Added {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        Vec::new() // the token stands alone on stdout
    }
}

impl Card for Revoked {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let lines = vec![
            ("revoked", self.name.clone().into()),
            ("at", look.time(self.revoked_at).into()),
        ];
        mark(lines, self.changed)
    }
}

impl Row for StorefrontView {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "id",
            title: "",
        },
        Column {
            field: "name",
            title: "storefront",
        },
        Column {
            field: "websites",
            title: "websites",
        },
        Column {
            field: "created_at",
            title: "created",
        },
        Column {
            field: "revoked_at",
            title: "state",
        },
        Column {
            field: "expires_at",
            title: "",
        },
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        let state = match self.revoked_at {
            None => match self.expires_at {
                None => Text::toned("active", Tone::Good),
                Some(at) if at <= look.now => Text::toned("expired", Tone::Dim),
                Some(at) => {
                    Text::toned(format!("active until {}", look.short_time(at)), Tone::Good)
                }
            },
            Some(at) => Text::toned(format!("revoked {}", look.short_time(at)), Tone::Dim),
        };
        vec![
            self.name.clone().into(),
            self.websites.join(" ").into(),
            look.short_time(self.created_at).into(),
            state,
        ]
    }
}
