//! `lac redeem`.

use clap::{ArgMatches, Args};

use super::{CommandSpec, parse_args, with_args};
use crate::cli::hooks;
use crate::cli::input;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::login::{LoginRedeem, LoginRedeemed};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "redeem",
    about: "Redeem a login URL or token, as the storefront",
    arguments: with_args::<RedeemArgs>,
    run,
};

/// Redeems a login token, which works once, and opens the session. Needs
/// Lac::storefront: run it with the access token of a storefront account
/// (LAC_TOKEN).
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    lac redeem - --audience https://shop.example.com -o json < url.txt")]
struct RedeemArgs {
    /// The login URL or token (- reads stdin)
    #[arg(value_name = "URL|TOKEN|-", allow_hyphen_values = true)]
    token: String,
    /// The origin of the storefront that received the token
    #[arg(long, value_name = "ORIGIN")]
    audience: String,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: RedeemArgs = parse_args(matches)?;
    let token = input::text_or_stdin("TOKEN", &args.token)?;
    let request = LoginRedeem {
        token: token.try_into()?,
        audience: args.audience.try_into()?,
    };
    cli.print_view(&cli.run(request)?)?;
    hooks::deliver_notices(cli);
    Ok(0)
}

impl KeyValueView for LoginRedeemed {
    fn lines(&self, style: &Style) -> KeyValues {
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
            .add("ends", style.time(self.ends_at))
    }
}
