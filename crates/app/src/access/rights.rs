//! The two rules about rights that every change of roles and admin users
//! keeps: nobody reaches beyond what they hold, and somebody can always get in.

use crate::core::ancestor_state;
use crate::{ReadView, UnitOfWork};
use lac_model::access::{ActingToken, AdminUser, Rights, Role, TokenOwner};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result, check_within_own_rights};

/// The role an admin user has.
pub fn role_of_user(view: &ReadView<'_>, user: &AdminUser) -> Result<Role> {
    view.read
        .role(user.role_id)?
        .ok_or_else(|| Fault::internal("an admin user without a role"))
}

/// Who holds more than the actor cannot be changed by the actor: otherwise the
/// weaker could cripple the stronger.
pub fn check_may_change(view: &ReadView<'_>, held: &Rights, what: &str) -> Result<()> {
    let actor = &view.actor;
    check_within_own_rights(
        actor,
        held,
        &format!("{what} holds more than {}", actor.name),
    )
}

/// Nobody can give, assign or mint more than they hold.
pub fn check_may_grant(view: &ReadView<'_>, given: &Rights, what: &str) -> Result<()> {
    let actor = &view.actor;
    check_within_own_rights(
        actor,
        given,
        &format!("{what} is more than {} holds", actor.name),
    )
}

/// Whether there is anything by which an admin user can come in with all they
/// hold: an account of the operating system, or a token that counts and has no
/// limit.
pub fn can_sign_in(read: &dyn ReadTx, user: &AdminUser, now: Timestamp) -> Result<bool> {
    let tokens = read.access_tokens(TokenOwner::AdminUser(user.id))?;
    if user.os_account.is_some() {
        return Ok(true);
    }
    for token in tokens.iter().filter(|token| token.limit.is_unrestricted()) {
        // Suspended with its owner only: whoever is enabled again is in again.
        let ancestors = ancestor_state(read, token, now)?;
        let ended = token.revoked_at.is_some() || token.expires_at.is_some_and(|end| now >= end);
        if !ended && ancestors.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An account of the operating system, once mapped, outlives the token that it
/// was mapped with: through a token that holds less than its owner, or that
/// ends with another one, none is mapped.
pub fn check_may_map_account(view: &ReadView<'_>, account: &str) -> Result<()> {
    let shown = view.actor.token.as_ref();
    if shown.is_some_and(ActingToken::is_restricted) {
        return Err(Fault::BeyondOwnRights {
            what: format!("the account {account} would outlive the token that is shown"),
        });
    }
    Ok(())
}

/// The enabled admin users who can come in and whose role holds everything, as
/// they are now.
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

    /// After a change: one of them must be left. Runs under the write lock, so
    /// that two changes at once cannot each leave the other's way open.
    pub fn require_one_left(self, work: &UnitOfWork<'_>) -> Result<()> {
        if self.0.is_empty() || !Self::load(work)?.0.is_empty() {
            return Ok(());
        }
        Err(Fault::LastAdministrator {
            name: self.0.join(", "),
        })
    }
}
