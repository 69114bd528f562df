//! `lac config …`.

mod file;
mod rows;

use clap::{ArgMatches, Args, Subcommand};

use super::{Noun, parsed, verbs};
use crate::cli::args::Paging;
use crate::cli::ask;
use crate::cli::declared::DiffArgs;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use lac_app::config::{Changed, Describe, Get, List, Set, Unset};
use lac_model::config::CONSENT_MODE;
use lac_model::fault::Fault;
use lac_model::form::OptionalText;
use lac_model::scope::ConfigScope;
use lac_render::safe::safe;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "config",
    about: "Read and change the store's config",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List every field one may read, with the value that counts
    #[command(after_help = "Example:\n  lac config list --section login_as_customer")]
    List(ListArgs),
    /// Print a field's effective value, alone
    #[command(after_help = "Example:\n  lac config get web/secure/base_url --scope store-view:de")]
    Get(GetArgs),
    /// Set a field
    #[command(after_help = "Example:\n  lac config set login_as_customer/general/enabled yes")]
    Set(SetArgs),
    /// Let a field inherit again
    #[command(after_help = "Example:\n  lac config unset web/secure/base_url --scope website:eu")]
    Unset(UnsetArgs),
    /// Say what a field is, what it takes and where it may be set
    #[command(after_help = "Example:\n  lac config describe web/secure/base_url")]
    Describe(DescribeArgs),
    /// Write what is set as a file
    #[command(after_help = "Example:\n  lac config export > config.toml")]
    Export(file::ExportArgs),
    /// Show what applying a file would change; exit code 9 if anything
    #[command(after_help = "Example:\n  lac config diff config.toml")]
    Diff(DiffArgs),
    /// Set what a file says, all at once or not at all
    #[command(after_help = "Example:\n  lac config apply config.toml --dry-run")]
    Apply(file::ApplyArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only paths that begin with this, such as login_as_customer
    #[arg(long, value_name = "PREFIX")]
    section: Option<String>,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
struct DescribeArgs {
    /// The field
    path: String,
}

#[derive(Debug, Args)]
struct GetArgs {
    /// The field, such as login_as_customer/general/enabled
    path: String,
    #[command(flatten)]
    at: At,
    /// Say which scope the value comes from as well
    #[arg(long)]
    origin: bool,
}

#[derive(Debug, Args)]
struct SetArgs {
    /// The field
    path: String,
    /// Its value; yes/no fields also take 1/0 and true/false
    #[arg(allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct UnsetArgs {
    /// The field
    path: String,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct At {
    /// default, website:CODE or store-view:CODE
    #[arg(long, value_name = "SCOPE", default_value = "default")]
    scope: String,
}

impl At {
    fn scope(&self) -> Result<ConfigScope> {
        self.scope.parse().map_err(|e| Fault::invalid("--scope", e))
    }
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list(&args, shop)?,
        Verb::Describe(DescribeArgs { path }) => {
            shop.show(&shop.run(Describe {
                path: path.try_into()?,
            })?)?;
        }
        Verb::Export(_) => file::export(shop)?,
        Verb::Diff(args) => return file::diff(&args, shop),
        Verb::Apply(args) => file::apply(&args, shop)?,
        Verb::Get(args) => get(&args, shop)?,
        Verb::Set(args) => {
            let scope = args.at.scope()?;
            let changed = ask::confirmed_by_person(shop, |confirmation| {
                shop.run(Set {
                    path: args.path.parse()?,
                    value: args.value.parse()?,
                    scope: scope.clone(),
                    confirmation,
                })
            })?;
            shop.show(&changed)?;
            note(&changed, shop);
        }
        Verb::Unset(args) => {
            let scope = args.at.scope()?;
            let changed = ask::confirmed_by_person(shop, |confirmation| {
                shop.run(Unset {
                    path: args.path.parse()?,
                    scope: scope.clone(),
                    confirmation,
                })
            })?;
            shop.show(&changed)?;
            note(&changed, shop);
        }
    }
    Ok(0)
}

/// Says what nobody was asked about.
fn note(changed: &Changed, shop: &Shop) {
    if changed.path == CONSENT_MODE && changed.changed && !shop.out.can_ask {
        let mode = changed.after.as_deref().unwrap_or("inherited");
        note_mode(mode, &changed.scope, shop);
    }
}

fn note_mode(mode: &str, scope: &ConfigScope, shop: &Shop) {
    shop.out.say(&format!(
        "note: how customers are asked for consent is {} now, at {}",
        safe(mode),
        safe(&scope.to_string())
    ));
}

fn list(args: &ListArgs, shop: &Shop) -> Result<()> {
    let request = List {
        scope: args.at.scope()?,
        section: args.section.clone().formed()?,
    };
    let entries = shop.run(request)?;
    shop.page(entries, &args.paging, |entry| entry.path.clone())
}

fn get(args: &GetArgs, shop: &Shop) -> Result<()> {
    let request = Get {
        path: args.path.clone().try_into()?,
        scope: args.at.scope()?,
    };
    let setting = shop.run(request)?;
    if args.origin || shop.out.format.is_for_programs() {
        return shop.show(&setting);
    }
    if setting.value.is_none() {
        shop.out.say("nothing is set, and there is no default");
    }
    Out::line(&safe(setting.value.as_deref().unwrap_or_default()))
}
