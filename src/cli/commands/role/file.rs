//! `lac role export`, `diff` and `apply`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::list::format_scope;
use crate::cli::declaration::count_noun;
use crate::cli::declaration::{self, ApplyOutcome, DiffArgs, DiffLine, DiffLines};
use crate::cli::prompt;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use lac_app::access::roles::{AccessChange, RoleApply, RoleDiff, RoleExport};
use lac_app::core::confirm::Confirmation;
use lac_render::column::Column;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// The file; - reads stdin
    file: PathBuf,
    /// Delete roles and admin users that the file lacks
    #[arg(long)]
    prune: bool,
    /// Show what would change without changing anything
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn export(cli: &Cli) -> Result<()> {
    let exported = cli.run(RoleExport {})?;
    declaration::print_export(cli, &exported.text, &exported.left_out)
}

pub(super) fn diff(args: &DiffArgs, cli: &Cli) -> Result<u8> {
    let text = declaration::read_file(&args.file)?;
    let prune = args.prune;
    let found = declaration::with_file_name(
        &args.file,
        cli.run(RoleDiff {
            text: text.try_into()?,
            prune,
        }),
    )?;
    let (roles, users) = found.unmanaged;
    let unmanaged = [count_noun(roles, "role"), count_noun(users, "admin user")];
    let unmanaged: Vec<String> = unmanaged.into_iter().flatten().filter(|_| !prune).collect();
    declaration::print_differences(cli, &found.changes, &found.left_out, &unmanaged)
}

pub(super) fn apply(args: &ApplyArgs, cli: &Cli) -> Result<()> {
    let text = declaration::read_file(&args.file)?;
    let applied = prompt::run_confirmed_if_interactive(cli, |confirmation| {
        let request = RoleApply {
            text: text.clone().try_into()?,
            prune: args.prune,
            dry_run: args.dry_run,
            confirmed: confirmation == Confirmation::Given,
            confirmation,
        };
        declaration::with_file_name(&args.file, cli.run(request))
    })?;
    if !cli.out.is_interactive && !applied.dry_run {
        for change in &applied.changes {
            if let AccessChange::RoleAccess { role, after, .. } = change {
                super::change::note_access(role, *after, cli);
            }
        }
    }
    let outcome = ApplyOutcome {
        answer: &applied,
        changes: &applied.changes,
        dry_run: applied.dry_run,
        sessions_ended: applied.sessions_ended,
    };
    declaration::print_applied(cli, &outcome)
}

impl TableRow for AccessChange {
    /// Not printed as a table, but as lines ([`DiffLines`]).
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("change"),
        Column::hidden("role"),
        Column::hidden("admin_user"),
        Column::hidden("access"),
        Column::hidden("websites"),
        Column::hidden("resources"),
        Column::hidden("os_account"),
        Column::hidden("full_name"),
        Column::hidden("before"),
        Column::hidden("after"),
    ];
}

impl DiffLines for AccessChange {
    fn diff_lines(&self) -> Vec<DiffLine> {
        let one = |sign, text: String| vec![DiffLine::new(sign, text)];
        match self {
            Self::RoleCreate {
                role,
                access,
                websites,
            } => {
                let (access, scope) = (access.as_str(), scope_text(websites.as_ref()));
                one('+', format!("role {role}: access {access}, scope {scope}"))
            }
            Self::RoleAccess {
                role,
                before,
                after,
            } => {
                let (before, after) = (before.as_str(), after.as_str());
                one('~', format!("role {role}: access {before} → {after}"))
            }
            Self::RoleAllow { role, resources } => resources
                .iter()
                .map(|resource| DiffLine::new('+', format!("role {role}: {resource}")))
                .collect(),
            Self::RoleDeny { role, resources } => resources
                .iter()
                .map(|resource| DiffLine::new('-', format!("role {role}: {resource}")))
                .collect(),
            Self::RoleScope {
                role,
                before,
                after,
            } => {
                let (before, after) = (scope_text(before.as_ref()), scope_text(after.as_ref()));
                one('~', format!("role {role}: scope {before} → {after}"))
            }
            Self::RoleDelete { role } => one('-', format!("role {role}")),
            Self::AdminUserCreate {
                admin_user,
                role,
                os_account,
                full_name,
            } => {
                let mut text = format!("admin user {admin_user}: role {role}");
                if let Some(account) = os_account {
                    text += &format!(", account {account}");
                }
                if let Some(full_name) = full_name {
                    text += &format!(", full name {full_name}");
                }
                one('+', text)
            }
            Self::AdminUserAssign {
                admin_user,
                before,
                after,
            } => one(
                '~',
                format!("admin user {admin_user}: role {before} → {after}"),
            ),
            Self::AdminUserEdit {
                admin_user,
                before,
                after,
            } => {
                let pairs = [
                    ("account", &before.os_account, &after.os_account),
                    ("full name", &before.full_name, &after.full_name),
                ];
                let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
                let line = |(what, before, after): (&str, &Option<String>, &Option<String>)| {
                    let (before, after) = (said(before), said(after));
                    let text = format!("admin user {admin_user}: {what} {before} → {after}");
                    DiffLine::new('~', text)
                };
                let changed = pairs
                    .into_iter()
                    .filter(|(_, before, after)| before != after);
                changed.map(line).collect()
            }
            Self::AdminUserDisable { admin_user } => {
                one('~', format!("admin user {admin_user}: disabled"))
            }
            Self::AdminUserEnable { admin_user } => {
                one('~', format!("admin user {admin_user}: enabled"))
            }
            Self::AdminUserDelete { admin_user } => one('-', format!("admin user {admin_user}")),
        }
    }
}

fn scope_text(websites: Option<&BTreeSet<String>>) -> String {
    let codes: Option<Vec<String>> = websites.map(|codes| codes.iter().cloned().collect());
    format_scope(codes.as_ref())
}
