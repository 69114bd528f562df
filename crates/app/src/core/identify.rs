//! Identifies the actor.

use super::context::Credential;
use super::token_state::TokenState;
use lac_ledger::access_token::PlainToken;
use lac_model::access::{
    Access, Actor, AuthMethod, Identity, Rights, RoleScope, StorefrontRights, TokenOwner,
};
use lac_model::fault::Fault;
use lac_model::resource::{Resource, ResourceSet};
use lac_model::text::shell_word;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result};

/// The owner of the token if there is one, otherwise the admin user mapped to
/// the operating-system account. Fails with `not_authenticated`, whose remedy
/// is the command an administrator can run.
pub(crate) fn identify(tx: &dyn ReadTx, credential: &Credential, now: Timestamp) -> Result<Actor> {
    match credential {
        Credential::Token(token) => actor_by_token(tx, token, now),
        Credential::StorefrontToken(token) => {
            let actor = actor_by_token(tx, token, now)?;
            match actor.identity {
                Identity::Storefront(_) => Ok(actor),
                Identity::AdminUser(_) | Identity::Upkeep => {
                    Err(token_refused("it is not a storefront's"))
                }
            }
        }
        Credential::MalformedToken => Err(token_refused("it is not an access token of lac")),
        Credential::OsAccount(account) => actor_by_account(tx, account),
        Credential::System => Err(Fault::internal("the program itself is no actor")),
    }
}

fn actor_by_account(tx: &dyn ReadTx, account: &str) -> Result<Actor> {
    let user = tx
        .admin_user_by_os_account(account)?
        .ok_or_else(|| Fault::NotAuthenticated {
            reason: format!("the account {account} is no admin user of this store"),
            remedy: Some(format!(
                "lac user create NAME --role ROLE --os-account {}",
                shell_word(account)
            )),
        })?;
    admin_user_actor(tx, user.id, AuthMethod::OsAccount)
}

fn actor_by_token(tx: &dyn ReadTx, token: &PlainToken, now: Timestamp) -> Result<Actor> {
    let unknown = || token_refused("it is unknown here");
    let token = tx
        .access_token_by_hash(token.hash().as_bytes())?
        .ok_or_else(unknown)?;
    if token.revoked_at.is_some() {
        return Err(token_refused("it was revoked"));
    }
    if token.expires_at.is_some_and(|end| now >= end) {
        return Err(token_refused("it has expired"));
    }
    match crate::core::ancestor_state(tx, &token, now)? {
        None | Some(TokenState::Active) => {}
        Some(TokenState::Revoked) => {
            return Err(token_refused("the one it was made with was revoked"));
        }
        Some(TokenState::Expired) => {
            return Err(token_refused("the one it was made with has expired"));
        }
        Some(TokenState::Suspended) => {
            return Err(token_refused("the one it was made with is suspended"));
        }
    }
    let id = match token.owner {
        TokenOwner::AdminUser(id) => {
            let mut actor = admin_user_actor(tx, id, AuthMethod::Token)?;
            actor.rights = actor.rights.intersection(&token.limit);
            actor.token = Some(token.to_acting_token());
            return Ok(actor);
        }
        TokenOwner::Storefront(id) => id,
    };
    let storefront = tx.storefront(id)?.ok_or_else(unknown)?;
    if storefront.revoked_at.is_some() {
        return Err(token_refused("its storefront was revoked"));
    }
    let resources: ResourceSet = [Resource::LAC_STOREFRONT].into_iter().collect();
    let scope = RoleScope::Websites(storefront.websites);
    Ok(Actor {
        identity: Identity::Storefront(id),
        name: storefront.name,
        full_name: None,
        role: None,
        rights: Rights {
            access: Access::Custom,
            resources,
            scope,
        },
        storefront_rights: storefront.rights,
        via: AuthMethod::Token,
        token: Some(token.to_acting_token()),
    })
}

fn token_refused(why: &str) -> Fault {
    let reason = format!("the access token does not count: {why}");
    Fault::NotAuthenticated {
        reason,
        remedy: None,
    }
}

fn admin_user_actor(tx: &dyn ReadTx, id: i64, via: AuthMethod) -> Result<Actor> {
    let gone = || Fault::NotAuthenticated {
        reason: "the admin user no longer exists".to_owned(),
        remedy: None,
    };
    let user = tx.admin_user(id)?.ok_or_else(gone)?;
    if !user.enabled {
        return Err(Fault::NotAuthenticated {
            reason: format!("the admin user {} is disabled", user.name),
            remedy: Some(format!("lac user enable {}", shell_word(&user.name))),
        });
    }
    let role = tx.role(user.role_id)?.ok_or_else(gone)?;
    Ok(Actor {
        identity: Identity::AdminUser(user.id),
        name: user.name,
        full_name: user.full_name,
        role: Some(role.name),
        rights: role.rights,
        storefront_rights: StorefrontRights::default(),
        via,
        token: None,
    })
}

/// An agent with their current rights, for checks on their behalf while
/// somebody else acts (a storefront redeems a link, an administrator changes a
/// role). `None` if the account is gone or disabled, or its role cannot be
/// read.
pub fn current_agent(tx: &dyn ReadTx, admin_id: i64) -> Result<Option<Actor>> {
    match admin_user_actor(tx, admin_id, AuthMethod::OsAccount) {
        Ok(actor) => Ok(Some(actor)),
        Err(Fault::NotAuthenticated { .. } | Fault::RowDamaged { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}
