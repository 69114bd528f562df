//! `lac role …`.

mod change;
mod file;
mod list;
mod resources;

use clap::{ArgMatches, Subcommand};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::declaration::DiffArgs;
use crate::cli::runner::Cli;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "role",
    about: "Manage roles: what admin users may do, and where",
    arguments: with_subcommands::<RoleCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum RoleCommand {
    /// List roles
    #[command(after_help = "Example:\n  lac role list -o json")]
    List(list::ListArgs),
    /// Show a role
    #[command(after_help = "Example:\n  lac role show Support")]
    Show(list::ShowArgs),
    /// Create a role without resources, by default on all your websites
    #[command(after_help = "Example:\n  lac role create Support --scope website:eu")]
    Create(change::CreateArgs),
    /// Delete a role that no admin user has
    #[command(after_help = "Example:\n  lac role delete Support --yes")]
    Delete(change::DeleteArgs),
    /// Set a role's access to all resources or to a custom set, which starts empty
    #[command(after_help = "Example:\n  lac role access Support custom")]
    Access(change::AccessArgs),
    /// Add resources to a role
    #[command(after_help = "Example:\n  lac role allow Support login_button sales_order")]
    Allow(change::AllowDenyArgs),
    /// Remove resources from a role
    #[command(
        after_help = "Example:\n  lac role deny Support Magento_Sales::sales --with-children"
    )]
    Deny(change::AllowDenyArgs),
    /// Set the websites of a role
    #[command(after_help = "Example:\n  lac role scope Support website:eu website:us")]
    Scope(change::ScopeArgs),
    /// Show the tree of resources, and which of them a role has
    #[command(after_help = "Example:\n  lac role resources Support")]
    Resources(resources::ResourcesArgs),
    /// Print roles and admin users as a file
    #[command(after_help = "Example:\n  lac role export > roles.toml")]
    Export(file::ExportArgs),
    /// Compare roles and admin users with a file; exit code 9 if they differ
    #[command(after_help = "Example:\n  lac role diff roles.toml --prune")]
    Diff(DiffArgs),
    /// Apply a file of roles and admin users, all or nothing
    #[command(after_help = "Example:\n  lac role apply roles.toml --dry-run")]
    Apply(file::ApplyArgs),
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        RoleCommand::List(args) => list::list(&args, cli)?,
        RoleCommand::Show(args) => list::show(args, cli)?,
        RoleCommand::Create(args) => change::create(args, cli)?,
        RoleCommand::Delete(args) => change::delete(&args, cli)?,
        RoleCommand::Access(args) => change::access(args, cli)?,
        RoleCommand::Allow(args) => change::allow(args, cli)?,
        RoleCommand::Deny(args) => change::deny(args, cli)?,
        RoleCommand::Scope(args) => change::scope(args, cli)?,
        RoleCommand::Resources(args) => resources::resources(args, cli)?,
        RoleCommand::Export(_) => file::export(cli)?,
        RoleCommand::Diff(args) => return file::diff(&args, cli),
        RoleCommand::Apply(args) => file::apply(&args, cli)?,
    }
    Ok(0)
}
