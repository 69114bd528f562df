//! `lac storefront …`.

use clap::{ArgMatches, Args, Subcommand};

use super::{Noun, parsed, verbs};
use crate::cli::args::Paging;
use crate::cli::commands::changes::mark;
use crate::cli::out::Out;
use crate::cli::paging;
use crate::cli::shop::Shop;
use crate::cli::view::{KeyValueView, Tabled};
use lac_app::storefronts::{Add, Added, List, Revoke, Revoked, StorefrontView};
use lac_model::form::{BoundedList, ShortText};
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;
use lac_render::safe::safe;
use lac_store::Result;

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

impl KeyValueView for Added {
    fn lines(&self, _look: &Look) -> KeyValues {
        KeyValues::new() // the token stands alone on stdout
    }
}

impl KeyValueView for Revoked {
    fn lines(&self, look: &Look) -> KeyValues {
        let lines = KeyValues::new()
            .add("revoked", &self.name)
            .add("at", look.time(self.revoked_at));
        mark(lines, self.changed)
    }
}

fn state(storefront: &StorefrontView, look: &Look) -> Text {
    let time = |time| look.short_time(time);
    match (storefront.revoked_at, storefront.expires_at) {
        (Some(at), _) => Text::toned(format!("revoked {}", time(at)), Tone::Dim),
        (None, None) => Text::toned("active", Tone::Good),
        (None, Some(at)) if at <= look.now => Text::toned("expired", Tone::Dim),
        (None, Some(at)) => Text::toned(format!("active until {}", time(at)), Tone::Good),
    }
}

impl Tabled for StorefrontView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("id"),
        Column::new("name", "storefront", |row, _| (&row.name).into()),
        Column::new("websites", "websites", |row, _| {
            row.websites.join(" ").into()
        }),
        Column::new("created_at", "created", |row, look| {
            look.short_time(row.created_at).into()
        }),
        Column::new("revoked_at", "state", state),
        Column::hidden("expires_at"),
    ];
}
