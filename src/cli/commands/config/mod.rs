//! `lac config …`.

mod file;
mod rows;

use clap::{ArgMatches, Args, Subcommand};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::args::Paging;
use crate::cli::declaration::DiffArgs;
use crate::cli::out::Out;
use crate::cli::prompt;
use crate::cli::runner::Cli;
use lac_app::shop::config::{
    ConfigChanged, ConfigDescribe, ConfigGet, ConfigList, ConfigSet, ConfigUnset,
};
use lac_model::bounded::IntoBoundedText;
use lac_model::config::CONSENT_MODE;
use lac_model::fault::Fault;
use lac_model::scope::ConfigScope;
use lac_render::sanitize::sanitize;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "config",
    about: "Show and change the store's config",
    arguments: with_subcommands::<ConfigCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// List the fields that you may read, with their effective values
    #[command(after_help = "Example:\n  lac config list --section login_as_customer")]
    List(ListArgs),
    /// Print a field's effective value
    #[command(after_help = "Example:\n  lac config get web/secure/base_url --scope store-view:de")]
    Get(GetArgs),
    /// Set a field
    #[command(after_help = "Example:\n  lac config set login_as_customer/general/enabled yes")]
    Set(SetArgs),
    /// Unset a field, so that it inherits its value again
    #[command(after_help = "Example:\n  lac config unset web/secure/base_url --scope website:eu")]
    Unset(UnsetArgs),
    /// Describe a field, its possible values and its scopes
    #[command(after_help = "Example:\n  lac config describe web/secure/base_url")]
    Describe(DescribeArgs),
    /// Print all values that are set, as a file
    #[command(after_help = "Example:\n  lac config export > config.toml")]
    Export(file::ExportArgs),
    /// Compare the config with a file; exit code 9 if they differ
    #[command(after_help = "Example:\n  lac config diff config.toml")]
    Diff(DiffArgs),
    /// Apply a file of config values, all or none
    #[command(after_help = "Example:\n  lac config apply config.toml --dry-run")]
    Apply(file::ApplyArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only paths that start with this, such as login_as_customer
    #[arg(long, value_name = "PREFIX")]
    section: Option<String>,
    #[command(flatten)]
    scope: ScopeArg,
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
    scope: ScopeArg,
    /// Also show which scope the value comes from
    #[arg(long)]
    origin: bool,
}

#[derive(Debug, Args)]
struct SetArgs {
    /// The field
    path: String,
    /// The value; yes/no fields also accept 1/0 and true/false
    #[arg(allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    scope: ScopeArg,
}

#[derive(Debug, Args)]
struct UnsetArgs {
    /// The field
    path: String,
    #[command(flatten)]
    scope: ScopeArg,
}

#[derive(Debug, Args)]
struct ScopeArg {
    /// default, website:CODE or store-view:CODE
    #[arg(long, value_name = "SCOPE", default_value = "default")]
    scope: String,
}

impl ScopeArg {
    fn parse(&self) -> Result<ConfigScope> {
        self.scope.parse().map_err(|e| Fault::invalid("--scope", e))
    }
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        ConfigCommand::List(args) => list(&args, cli)?,
        ConfigCommand::Describe(DescribeArgs { path }) => {
            cli.print_view(&cli.run(ConfigDescribe {
                path: path.try_into()?,
            })?)?;
        }
        ConfigCommand::Export(_) => file::export(cli)?,
        ConfigCommand::Diff(args) => return file::diff(&args, cli),
        ConfigCommand::Apply(args) => file::apply(&args, cli)?,
        ConfigCommand::Get(args) => get(&args, cli)?,
        ConfigCommand::Set(args) => {
            let scope = args.scope.parse()?;
            let changed = prompt::run_confirmed_if_interactive(cli, |confirmation| {
                cli.run(ConfigSet {
                    path: args.path.parse()?,
                    value: args.value.parse()?,
                    scope: scope.clone(),
                    confirmation,
                })
            })?;
            cli.print_view(&changed)?;
            note_unconfirmed_mode(&changed, cli);
        }
        ConfigCommand::Unset(args) => {
            let scope = args.scope.parse()?;
            let changed = prompt::run_confirmed_if_interactive(cli, |confirmation| {
                cli.run(ConfigUnset {
                    path: args.path.parse()?,
                    scope: scope.clone(),
                    confirmation,
                })
            })?;
            cli.print_view(&changed)?;
            note_unconfirmed_mode(&changed, cli);
        }
    }
    Ok(0)
}

/// Notes a side effect for which there was no confirmation prompt.
fn note_unconfirmed_mode(changed: &ConfigChanged, cli: &Cli) {
    if changed.path == CONSENT_MODE && changed.changed && !cli.out.is_interactive {
        let mode = changed.after.as_deref().unwrap_or("inherited");
        note_consent_mode(mode, &changed.scope, cli);
    }
}

fn note_consent_mode(mode: &str, scope: &ConfigScope, cli: &Cli) {
    cli.out.print_note(&format!(
        "note: the consent mode is now {} at {}",
        sanitize(mode),
        sanitize(&scope.to_string())
    ));
}

fn list(args: &ListArgs, cli: &Cli) -> Result<()> {
    let request = ConfigList {
        scope: args.scope.parse()?,
        section: args.section.clone().into_bounded()?,
    };
    let entries = cli.run(request)?;
    cli.print_page(entries, &args.paging, |entry| entry.path.clone())
}

fn get(args: &GetArgs, cli: &Cli) -> Result<()> {
    let request = ConfigGet {
        path: args.path.clone().try_into()?,
        scope: args.scope.parse()?,
    };
    let setting = cli.run(request)?;
    if args.origin || cli.out.format.is_machine_readable() {
        return cli.print_view(&setting);
    }
    if setting.value.is_none() {
        cli.out
            .print_note("the field is not set and has no default");
    }
    Out::print_line(&sanitize(setting.value.as_deref().unwrap_or_default()))
}
