//! The steps of every change of an admin user: a single command runs one of
//! them, a file many. See `roles::steps`.

use serde_json::{Value, json};

use crate::UnitOfWork;
use crate::access::rights::{check_may_change, check_may_grant, check_may_map_account};
use crate::access::tokens::lineage::{TokenRevocation, revoke_descendants};
use lac_ledger::appender::RecordedEvent;
use lac_model::access::{AdminUser, Role, TokenOwner};
use lac_model::audit::Event;
use lac_model::fault::Fault;
use lac_store::{AdminUserWrite, Covers, Permit, Result};

/// The admin user that an event is about.
pub(crate) fn describe_user(event: &mut Event, admin_user: &str) {
    event.add_detail("admin_user", admin_user);
}

/// The requested role.
pub(crate) fn describe_role(event: &mut Event, role: &str) {
    event.add_detail("role", role);
}

/// The requested role and account of a new admin user.
pub(crate) fn describe_new_user(event: &mut Event, role: &str, os_account: Option<&str>) {
    describe_role(event, role);
    event.add_detail("os_account", os_account);
}

/// The fields of a new admin user.
#[derive(Debug, Clone)]
pub(crate) struct NewUser<'a> {
    pub name: &'a str,
    pub os_account: Option<&'a str>,
    pub full_name: Option<&'a str>,
}

/// Creates an enabled admin user.
pub(crate) fn create_user(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, AdminUserWrite>,
    new: &NewUser<'_>,
    role: &Role,
) -> Result<(AdminUser, RecordedEvent)> {
    check_may_grant(work, &role.rights, &role_holds_text(role))?;
    if let Some(account) = new.os_account {
        check_may_map_account(work, account)?;
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
    work.draft.add_detail("admin_user_id", user.id);
    Ok((user, work.record()?))
}

/// Changes an admin user, given with their role before and after; `None` if
/// nothing differs. The actor must have the rights of both roles.
pub(crate) fn change_user(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, AdminUserWrite>,
    (before, had): (&AdminUser, &Role),
    (after, has): (&AdminUser, &Role),
) -> Result<Option<RecordedEvent>> {
    check_may_change(work, &had.rights, &before.name)?;
    check_may_grant(work, &has.rights, &role_holds_text(has))?;
    if after == before {
        return Ok(None);
    }
    if let Some(account) = &after.os_account
        && after.os_account != before.os_account
    {
        check_may_map_account(work, account)?;
    }
    work.draft
        .add_change(user_summary(before, had), user_summary(after, has));
    work.tx.admin_user_put(permit, after)?;
    work.record().map(Some)
}

/// The act that [`delete_user`] needs a permit for.
pub struct UserDeletion;

impl Covers<AdminUserWrite> for UserDeletion {}
impl Covers<TokenRevocation> for UserDeletion {}

/// Deletes an admin user, their tokens and the descendants of those.
pub(crate) fn delete_user(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, UserDeletion>,
    user: &AdminUser,
    role: &Role,
) -> Result<RecordedEvent> {
    check_may_change(work, &role.rights, &user.name)?;
    work.draft.add_detail("before", user_summary(user, role));
    let tokens = work.read.access_tokens(TokenOwner::AdminUser(user.id))?;
    let tokens: Vec<i64> = tokens.iter().map(|token| token.id).collect();
    let descendants = revoke_descendants(work, &permit.narrow(), &tokens)?;
    if !descendants.is_empty() {
        work.draft.add_detail("descendants", descendants);
    }
    work.tx.admin_user_remove(&permit.narrow(), user.id)?;
    work.record()
}

/// An admin user in the form of an event's `before` and `after`.
fn user_summary(user: &AdminUser, role: &Role) -> Value {
    json!({
        "role": role.name,
        "os_account": user.os_account,
        "full_name": user.full_name,
        "enabled": user.enabled,
    })
}

fn role_holds_text(role: &Role) -> String {
    format!("what role {} holds", role.name)
}
