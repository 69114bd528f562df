//! `lac role export`, `diff` and `apply`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::list::scope;
use crate::cli::ask;
use crate::cli::declared::counted;
use crate::cli::declared::{self, DiffArgs, Line, Outcome, Shown};
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use lac_app::confirm::Confirmation;
use lac_app::roles::{Apply, Change, Diff, Export};
use lac_render::column::Column;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ExportArgs {}

#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The file; - is stdin
    file: PathBuf,
    /// Delete what the file lacks
    #[arg(long)]
    prune: bool,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn export(shop: &Shop) -> Result<()> {
    let exported = shop.run(Export {})?;
    declared::export(shop, &exported.text, &exported.left_out)
}

pub fn diff(args: &DiffArgs, shop: &Shop) -> Result<u8> {
    let text = declared::read(&args.file)?;
    let prune = args.prune;
    let found = declared::named(
        &args.file,
        shop.run(Diff {
            text: text.try_into()?,
            prune,
        }),
    )?;
    let (roles, users) = found.unmanaged;
    let unmanaged = [counted(roles, "role"), counted(users, "admin user")];
    let unmanaged: Vec<String> = unmanaged.into_iter().flatten().filter(|_| !prune).collect();
    declared::differences(shop, &found.changes, &found.left_out, &unmanaged)
}

pub fn apply(args: &ApplyArgs, shop: &Shop) -> Result<()> {
    let text = declared::read(&args.file)?;
    let applied = ask::confirmed_by_person(shop, |confirmation| {
        let request = Apply {
            text: text.clone().try_into()?,
            prune: args.prune,
            dry_run: args.dry_run,
            confirmed: confirmation == Confirmation::Given,
            confirmation,
        };
        declared::named(&args.file, shop.run(request))
    })?;
    if !shop.out.can_ask && !applied.dry_run {
        for change in &applied.changes {
            if let Change::RoleAccess { role, after, .. } = change {
                super::change::note_access(role, *after, shop);
            }
        }
    }
    let outcome = Outcome {
        answer: &applied,
        changes: &applied.changes,
        dry_run: applied.dry_run,
        sessions_ended: applied.sessions_ended,
    };
    declared::applied(shop, &outcome)
}

impl Tabled for Change {
    /// People read lines instead ([`Shown`]).
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

impl Shown for Change {
    fn shown(&self) -> Vec<Line> {
        let one = |sign, text: String| vec![Line::new(sign, text)];
        match self {
            Self::RoleCreate {
                role,
                access,
                websites,
            } => {
                let (access, scope) = (access.as_str(), everywhere(websites.as_ref()));
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
                .map(|resource| Line::new('+', format!("role {role}: {resource}")))
                .collect(),
            Self::RoleDeny { role, resources } => resources
                .iter()
                .map(|resource| Line::new('-', format!("role {role}: {resource}")))
                .collect(),
            Self::RoleScope {
                role,
                before,
                after,
            } => {
                let (before, after) = (everywhere(before.as_ref()), everywhere(after.as_ref()));
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
                    Line::new('~', text)
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

fn everywhere(websites: Option<&BTreeSet<String>>) -> String {
    let codes: Option<Vec<String>> = websites.map(|codes| codes.iter().cloned().collect());
    scope(codes.as_ref())
}
