//! The inner steps of every act on admin users, as `roles::steps` are those of
//! roles: a single command takes one of them, a whole file many.

use serde_json::{Value, json};

use crate::Work;
use crate::rights::{may_change, may_give, may_map_account};
use crate::tokens::lineage::{Revocation, revoke_descendants};
use lac_ledger::appender::Recorded;
use lac_model::access::{AdminUser, Role, TokenOwner};
use lac_model::audit::Event;
use lac_model::fault::Fault;
use lac_store::{AdminUserWrite, Covers, Permit, Result};

/// What the events of an admin user say they are about.
pub fn about(event: &mut Event, admin_user: &str) {
    event.detail("admin_user", admin_user);
}

/// The role that is asked for.
pub fn says_role(event: &mut Event, role: &str) {
    event.detail("role", role);
}

/// What the event of a new admin user says besides.
pub fn says_new(event: &mut Event, role: &str, os_account: Option<&str>) {
    says_role(event, role);
    event.detail("os_account", os_account);
}

/// What is known of a new admin user.
#[derive(Debug, Clone)]
pub struct New<'a> {
    pub name: &'a str,
    pub os_account: Option<&'a str>,
    pub full_name: Option<&'a str>,
}

/// A new admin user, enabled.
///
/// # Errors
/// `beyond_own_rights`; `already_exists` (name or account).
pub fn create(
    work: &mut Work<'_>,
    permit: &Permit<'_, AdminUserWrite>,
    new: &New<'_>,
    role: &Role,
) -> Result<(AdminUser, Recorded)> {
    may_give(work, &role.rights, &what_it_holds(role))?;
    if let Some(account) = new.os_account {
        may_map_account(work, account)?;
    }
    if work.read.admin_user_by_name(new.name)?.is_some() {
        return Err(Fault::AlreadyExists {
            what: format!("admin user {}", new.name),
        });
    }
    let mut user = AdminUser {
        id: 0,
        name: new.name.to_owned(),
        full_name: new.full_name.map(str::to_owned),
        role_id: role.id,
        os_account: new.os_account.map(str::to_owned),
        enabled: true,
        created_at: work.now,
    };
    user.id = work.tx.admin_user_put(permit, &user)?;
    work.draft.detail("admin_user_id", user.id);
    Ok((user, work.record()?))
}

/// Another state of an admin user, with the role of each; `None` where nothing
/// differs, and nothing is written.
///
/// # Errors
/// `beyond_own_rights` for either role; `already_exists` (account).
pub fn change(
    work: &mut Work<'_>,
    permit: &Permit<'_, AdminUserWrite>,
    (before, had): (&AdminUser, &Role),
    (after, has): (&AdminUser, &Role),
) -> Result<Option<Recorded>> {
    may_change(work, &had.rights, &before.name)?;
    may_give(work, &has.rights, &what_it_holds(has))?;
    if after == before {
        return Ok(None);
    }
    if let Some(account) = &after.os_account
        && after.os_account != before.os_account
    {
        may_map_account(work, account)?;
    }
    work.draft.change(summary(before, had), summary(after, has));
    work.tx.admin_user_put(permit, after)?;
    work.record().map(Some)
}

/// What [`delete`] writes.
pub struct Deletion;

impl Covers<AdminUserWrite> for Deletion {}
impl Covers<Revocation> for Deletion {}

/// An admin user who goes, with their tokens and whatever was made with them.
///
/// # Errors
/// `beyond_own_rights`.
pub fn delete(
    work: &mut Work<'_>,
    permit: &Permit<'_, Deletion>,
    user: &AdminUser,
    role: &Role,
) -> Result<Recorded> {
    may_change(work, &role.rights, &user.name)?;
    work.draft.detail("before", summary(user, role));
    let tokens = work.read.access_tokens(TokenOwner::AdminUser(user.id))?;
    let tokens: Vec<i64> = tokens.iter().map(|token| token.id).collect();
    let descendants = revoke_descendants(work, &permit.narrow(), &tokens)?;
    if !descendants.is_empty() {
        work.draft.detail("descendants", descendants);
    }
    work.tx.admin_user_remove(&permit.narrow(), user.id)?;
    work.record()
}

/// An admin user as an event's `before` and `after` carry it.
fn summary(user: &AdminUser, role: &Role) -> Value {
    json!({
        "role": role.name,
        "os_account": user.os_account,
        "full_name": user.full_name,
        "enabled": user.enabled,
    })
}

fn what_it_holds(role: &Role) -> String {
    format!("what role {} holds", role.name)
}
