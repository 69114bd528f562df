//! `lac redeem`.

use clap::{ArgMatches, Args};

use super::{CommandSpec, parse_args, with_args};
use crate::cli::hooks;
use crate::cli::input;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::login::{LoginRedeem, LoginRedeemed};
use lac_model::bounded::IntoBoundedText;
use lac_model::fault::Fault;
use lac_model::ids::Ticket;
use lac_model::time::format_duration;
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
    /// The address of the agent's browser
    #[arg(long, value_name = "ADDRESS")]
    client_ip: Option<String>,
    /// What that browser calls itself (its User-Agent)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    user_agent: Option<String>,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: RedeemArgs = parse_args(matches)?;
    let token = input::text_or_stdin("TOKEN", &args.token)?;
    let request = LoginRedeem {
        token: token.try_into()?,
        audience: args.audience.try_into()?,
        client_ip: match args.client_ip {
            Some(text) => Some(text.parse().map_err(|e| Fault::invalid("--client-ip", e))?),
            None => None,
        },
        user_agent: args.user_agent.into_bounded()?,
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
        let access = if self.read_only {
            "read-only"
        } else {
            "read and write"
        };
        let idle = self
            .idle_timeout
            .map(|seconds| format_duration(seconds.into()));
        let admin = match &self.admin_full_name {
            Some(name) => format!("{} ({name})", self.admin),
            None => self.admin.clone(),
        };
        KeyValues::new()
            .add("session", self.session_id.to_string())
            .add(
                "customer",
                format!("{} {} <{}>", who.id, who.name, who.email),
            )
            .add(
                "website",
                format!("{} ({})", self.website, self.website_name),
            )
            .add("store view", &self.store_view)
            .add("admin user", admin)
            .add_some("document", &self.document)
            .add_some("ticket", self.ticket.as_ref().map(Ticket::as_str))
            .add("access", access)
            .add("pages", cached)
            .add("ends", style.time(self.ends_at))
            .add_some("idle time-out", idle)
    }
}
