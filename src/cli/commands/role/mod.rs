//! `lac role …`.

mod change;
mod file;
mod list;
mod resources;

use clap::{ArgMatches, Subcommand};

use super::{Noun, parsed, verbs};
use crate::cli::declared::DiffArgs;
use crate::cli::shop::Shop;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "role",
    about: "What admin users may do, and on which websites",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the roles
    #[command(after_help = "Example:\n  lac role list -o json")]
    List(list::ListArgs),
    /// Show one role
    #[command(after_help = "Example:\n  lac role show Support")]
    Show(list::ShowArgs),
    /// Create a role: custom and empty, on every website one has oneself
    #[command(after_help = "Example:\n  lac role create Support --scope website:eu")]
    Create(change::CreateArgs),
    /// Delete a role that nobody has
    #[command(after_help = "Example:\n  lac role delete Support --yes")]
    Delete(change::DeleteArgs),
    /// Make a role's resource access all or custom (which starts empty)
    #[command(after_help = "Example:\n  lac role access Support custom")]
    Access(change::AccessArgs),
    /// Give a role resources
    #[command(after_help = "Example:\n  lac role allow Support login_button sales_order")]
    Allow(change::GrantArgs),
    /// Take resources from a role
    #[command(
        after_help = "Example:\n  lac role deny Support Magento_Sales::sales --with-children"
    )]
    Deny(change::GrantArgs),
    /// Set the websites a role counts on
    #[command(after_help = "Example:\n  lac role scope Support website:eu website:us")]
    Scope(change::ScopeArgs),
    /// Show the tree of resources, and what a role holds of it
    #[command(after_help = "Example:\n  lac role resources Support")]
    Resources(resources::ResourcesArgs),
    /// Write roles and admin users as a file
    #[command(after_help = "Example:\n  lac role export > roles.toml")]
    Export(file::ExportArgs),
    /// Show what applying a file would change; exit code 9 if anything
    #[command(after_help = "Example:\n  lac role diff roles.toml --prune")]
    Diff(DiffArgs),
    /// Make roles and admin users as a file says, all at once or not at all
    #[command(after_help = "Example:\n  lac role apply roles.toml --dry-run")]
    Apply(file::ApplyArgs),
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => list::list(&args, shop)?,
        Verb::Show(args) => list::show(args, shop)?,
        Verb::Create(args) => change::create(args, shop)?,
        Verb::Delete(args) => change::delete(&args, shop)?,
        Verb::Access(args) => change::access(args, shop)?,
        Verb::Allow(args) => change::allow(args, shop)?,
        Verb::Deny(args) => change::deny(args, shop)?,
        Verb::Scope(args) => change::scope(args, shop)?,
        Verb::Resources(args) => resources::resources(args, shop)?,
        Verb::Export(_) => file::export(shop)?,
        Verb::Diff(args) => return file::diff(&args, shop),
        Verb::Apply(args) => file::apply(&args, shop)?,
    }
    Ok(0)
}
