//! `lac redeem`.

use clap::{ArgMatches, Args};

use super::{Noun, arguments, parsed};
use crate::cli::hooks;
use crate::cli::input;
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::login::{Redeem, Redeemed};
use lac_render::Look;
use lac_render::one::KeyValues;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "redeem",
    about: "Spend a login URL or token: the storefront's side",
    arguments: arguments::<RedeemArgs>,
    run,
};

/// Spends a login token, once, and opens the session. Needs Lac::storefront:
/// run it with the access token of a storefront account (LAC_TOKEN).
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    lac redeem - --audience https://shop.example.com -o json < url.txt")]
struct RedeemArgs {
    /// The login URL or token; - reads it from stdin
    #[arg(value_name = "URL|TOKEN|-", allow_hyphen_values = true)]
    token: String,
    /// The origin of the storefront that was called
    #[arg(long, value_name = "ORIGIN")]
    audience: String,
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    let args: RedeemArgs = parsed(matches)?;
    let token = input::text_or_stdin("TOKEN", &args.token)?;
    let request = Redeem {
        token: token.try_into()?,
        audience: args.audience.try_into()?,
    };
    shop.show(&shop.run(request)?)?;
    hooks::deliver(shop);
    Ok(0)
}

impl KeyValueView for Redeemed {
    fn lines(&self, look: &Look) -> KeyValues {
        let who = &self.customer;
        let cached = if self.disable_page_cache {
            "fresh, uncached"
        } else {
            "may be cached"
        };
        KeyValues::new()
            .add("session", self.session_id.to_string())
            .add(
                "customer",
                format!("{} {} <{}>", who.id, who.name, who.email),
            )
            .add("website", &self.website)
            .add("store view", &self.store_view)
            .add("admin user", &self.admin)
            .add("pages", cached)
            .add("ends", look.time(self.ends_at))
    }
}
