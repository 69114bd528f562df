//! `lac storefront …`.

use std::time::Duration;

use clap::{ArgMatches, Args, Subcommand};

use super::{CommandSpec, parse_args, storefront_test, with_subcommands};
use crate::cli::args::Paging;
use crate::cli::change_notes::mark_unchanged;
use crate::cli::out::Out;
use crate::cli::paging;
use crate::cli::runner::Cli;
use crate::cli::view::{KeyValueView, TableRow};
use lac_app::access::storefronts::{
    StorefrontAdd, StorefrontAdded, StorefrontList, StorefrontRevoke, StorefrontRevoked,
    StorefrontRotate, StorefrontRotated, StorefrontView,
};
use lac_model::bounded::{BoundedList, ShortText};
use lac_model::fault::Fault;
use lac_model::time::parse_duration;
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::sanitize::sanitize;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "storefront",
    about: "Manage storefront accounts, which redeem login URLs",
    arguments: with_subcommands::<StorefrontCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum StorefrontCommand {
    /// Add a storefront and show its token once
    #[command(after_help = "Example:\n  lac storefront add shop-eu --website eu --website uk")]
    Add(AddArgs),
    /// List storefronts
    #[command(after_help = "Example:\n  lac storefront list -o json")]
    List(ListArgs),
    /// Give a storefront a new token and show it once
    #[command(after_help = "Examples:\n  \
        lac storefront rotate shop-eu\n  \
        lac storefront rotate shop-eu --grace 0")]
    Rotate(RotateArgs),
    /// Test what a storefront needs, from its account to the gateway
    #[command(
        after_help = "Checks the account, its token, the base URLs and the keys. With --url, \
        asks the gateway, too. With the storefront's own token (LAC_TOKEN), it also redeems a probe \
        there: a login token of no session and no customer, which the gateway must refuse for that \
        reason. Nobody is logged in. The test, and the gateway's refusal, are events in the log. \
        Exits 0 unless a check fails (✗).\n\n\
        Examples:\n  lac storefront test shop-eu\n  \
        LAC_TOKEN=$(cat shop.token) lac storefront test shop-eu --url https://lac.example:8420"
    )]
    Test(storefront_test::TestArgs),
    /// Revoke a storefront and its tokens
    #[command(after_help = "Example:\n  lac storefront revoke shop-eu")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// The new storefront's name
    #[arg(value_name = "NAME")]
    new_name: String,
    /// The storefront's websites
    #[arg(long = "website", value_name = "CODE", required = true, num_args = 1..)]
    websites: Vec<String>,
    /// It may pass on what customers decide about their consent
    #[arg(long)]
    consent: bool,
    /// It may keep customers and orders in step with the shop
    #[arg(long)]
    sync: bool,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
struct RotateArgs {
    /// The storefront
    name: String,
    /// How long the old token still works: 0 to 7d
    #[arg(long, value_name = "TIME", default_value = "10m")]
    grace: String,
}

#[derive(Debug, Args)]
struct RevokeArgs {
    /// The storefront
    name: String,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        StorefrontCommand::Add(args) => add(args, cli)?,
        StorefrontCommand::List(args) => {
            cli.connect()?;
            paging::show_pages(cli, &args.paging, |part| cli.run(StorefrontList { part }))?;
        }
        StorefrontCommand::Rotate(args) => rotate(args, cli)?,
        StorefrontCommand::Test(args) => return storefront_test::run(args, cli),
        StorefrontCommand::Revoke(args) => cli.print_view(&cli.run(StorefrontRevoke {
            name: args.name.try_into()?,
        })?)?,
    }
    Ok(0)
}

fn add(args: AddArgs, cli: &Cli) -> Result<()> {
    let request = StorefrontAdd {
        name: args.new_name.try_into()?,
        websites: BoundedList::parse("--website", args.websites, ShortText::new)?,
        consent: args.consent,
        sync: args.sync,
    };
    let added = cli.run(request)?;
    if cli.out.format.is_machine_readable() {
        return cli.print_view(&added);
    }
    Out::print_line(added.token.expose())?;
    let until = match added.expires_at {
        None => "it is valid until the storefront is revoked".to_owned(),
        Some(at) => format!(
            "it expires on {} with the token that you use, and is revoked with it: add the \
             storefront without LAC_TOKEN for one that stays",
            cli.style().time(at)
        ),
    };
    let name = sanitize(&added.name);
    cli.out.print_note(&format!(
        "this token of the storefront {name} is shown once; {until}"
    ));
    Ok(())
}

fn rotate(args: RotateArgs, cli: &Cli) -> Result<()> {
    let grace = match args.grace.as_str() {
        "0" => Duration::ZERO,
        text => parse_duration(text, None).map_err(|e| Fault::invalid("--grace", e))?,
    };
    let request = StorefrontRotate {
        name: args.name.try_into()?,
        grace: Some(grace),
    };
    let rotated = cli.run(request)?;
    if cli.out.format.is_machine_readable() {
        return cli.print_view(&rotated);
    }
    Out::print_line(rotated.token.expose())?;
    let former = match rotated.former_until {
        None => "no older token works any more".to_owned(),
        Some(at) => format!("the old one works until {}", cli.style().time(at)),
    };
    let name = sanitize(&rotated.name);
    cli.out.print_note(&format!(
        "this token of the storefront {name} is shown once; {former}"
    ));
    Ok(())
}

impl KeyValueView for StorefrontRotated {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new() // only the token goes to stdout
    }
}

impl KeyValueView for StorefrontAdded {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new() // only the token goes to stdout
    }
}

impl KeyValueView for StorefrontRevoked {
    fn lines(&self, style: &Style) -> KeyValues {
        let lines = KeyValues::new()
            .add("revoked", &self.name)
            .add("at", style.time(self.revoked_at))
            .add_some(
                "sessions ended",
                self.changed.then(|| self.sessions_ended.to_string()),
            );
        mark_unchanged(lines, self.changed)
    }
}

fn state_text(storefront: &StorefrontView, style: &Style) -> StyledText {
    let time = |time| style.short_time(time);
    match (storefront.revoked_at, storefront.expires_at) {
        (Some(at), _) => StyledText::with_emphasis(format!("revoked {}", time(at)), Emphasis::Dim),
        (None, None) => StyledText::with_emphasis("active", Emphasis::Good),
        (None, Some(at)) if at <= style.now => StyledText::with_emphasis("expired", Emphasis::Dim),
        (None, Some(at)) => {
            StyledText::with_emphasis(format!("active until {}", time(at)), Emphasis::Good)
        }
    }
}

/// What it may do besides redeeming.
fn rights_text(storefront: &StorefrontView) -> &'static str {
    match (storefront.consent, storefront.sync) {
        (false, false) => "",
        (true, false) => "consent",
        (false, true) => "sync",
        (true, true) => "consent sync",
    }
}

fn last_use_text(storefront: &StorefrontView, style: &Style) -> StyledText {
    match (storefront.last_used_at, &storefront.last_used_from) {
        (None, _) => StyledText::with_emphasis("never", Emphasis::Dim),
        (Some(at), None) => style.short_time(at).into(),
        (Some(at), Some(from)) => format!("{} from {from}", style.short_time(at)).into(),
    }
}

impl TableRow for StorefrontView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("id"),
        Column::new("name", "storefront", |row, _| (&row.name).into()),
        Column::new("websites", "websites", |row, _| {
            row.websites.join(" ").into()
        }),
        Column::new("consent", "rights", |row, _| rights_text(row).into()),
        Column::hidden("sync"),
        Column::new("created_at", "created", |row, style| {
            style.short_time(row.created_at).into()
        }),
        Column::new("revoked_at", "state", state_text),
        Column::hidden("expires_at"),
        Column::hidden("former_until"),
        Column::new("last_used_at", "last used", last_use_text),
        Column::hidden("last_used_from"),
    ];
}
