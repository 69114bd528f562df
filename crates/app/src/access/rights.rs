//! Two rules for every change of roles and admin users: nobody can grant or
//! change more rights than they have, and one administrator must always be able
//! to sign in.

use crate::core::ancestor_state;
use crate::{ReadView, UnitOfWork};
use lac_model::access::{ActingToken, AdminUser, Rights, Role, TokenOwner};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result, check_within_own_rights};

pub fn role_of_user(view: &ReadView<'_>, user: &AdminUser) -> Result<Role> {
    view.read
        .role(user.role_id)?
        .ok_or_else(|| Fault::internal("an admin user without a role"))
}

/// Fails with `beyond_own_rights` if somebody has rights that the actor does
/// not have: otherwise actors could take rights from people who have more than
/// they do.
pub fn check_may_change(view: &ReadView<'_>, held: &Rights, what: &str) -> Result<()> {
    let actor = &view.actor;
    check_within_own_rights(
        actor,
        held,
        &format!("{what} holds more than {}", actor.name),
    )
}

/// Fails with `beyond_own_rights` if the actor does not have the rights to be
/// given.
pub fn check_may_grant(view: &ReadView<'_>, given: &Rights, what: &str) -> Result<()> {
    let actor = &view.actor;
    check_within_own_rights(
        actor,
        given,
        &format!("{what} is more than {} holds", actor.name),
    )
}

/// Whether an admin user can sign in with all their rights: with an
/// operating-system account, or a valid token without limits.
pub fn can_sign_in(read: &dyn ReadTx, user: &AdminUser, now: Timestamp) -> Result<bool> {
    let tokens = read.access_tokens(TokenOwner::AdminUser(user.id))?;
    if user.os_account.is_some() {
        return Ok(true);
    }
    for token in tokens.iter().filter(|token| token.limit.is_unrestricted()) {
        // A token that is only suspended counts, because it works again once
        // its owner is enabled.
        let ancestors = ancestor_state(read, token, now)?;
        let ended = token.revoked_at.is_some() || token.expires_at.is_some_and(|end| now >= end);
        if !ended && ancestors.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Fails with `beyond_own_rights` if the actor uses a restricted or dependent
/// token: the mapping of an account is permanent and would outlive the token.
pub fn check_may_map_account(view: &ReadView<'_>, account: &str) -> Result<()> {
    let shown = view.actor.token.as_ref();
    if shown.is_some_and(ActingToken::is_restricted) {
        return Err(Fault::BeyondOwnRights {
            what: format!("the account {account} would outlive the token that is shown"),
        });
    }
    Ok(())
}

/// The enabled admin users who can sign in and have access to everything,
/// before a change.
#[derive(Debug)]
pub struct FullAdministrators(Vec<String>);

impl FullAdministrators {
    pub fn load(work: &UnitOfWork<'_>) -> Result<Self> {
        let everything: Vec<i64> = work
            .read
            .roles()?
            .into_iter()
            .filter(|role| role.rights.is_unrestricted())
            .map(|role| role.id)
            .collect();
        let mut names = Vec::new();
        for user in work.read.admin_users()? {
            let holds_everything = user.enabled && everything.contains(&user.role_id);
            if holds_everything && can_sign_in(work.read, &user, work.now)? {
                names.push(user.name);
            }
        }
        Ok(Self(names))
    }

    /// Fails with `last_administrator` if a change leaves none of them. It runs
    /// under the write lock, so that two concurrent changes cannot rely on each
    /// other's administrator.
    pub fn require_one_left(self, work: &UnitOfWork<'_>) -> Result<()> {
        if self.0.is_empty() || !Self::load(work)?.0.is_empty() {
            return Ok(());
        }
        Err(Fault::LastAdministrator {
            name: self.0.join(", "),
        })
    }
}
