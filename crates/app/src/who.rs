//! Who is acting.

use super::story::Credential;
use super::tokens::{TokenState, lineage};
use lac_ledger::signing::secret::PlainToken;
use lac_model::access::{Access, Actor, Identity, Rights, RoleScope, TokenOwner, Via};
use lac_model::fault::Fault;
use lac_model::resource::{Resource, ResourceSet};
use lac_model::text::shell_word;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result};

/// Finds the actor: the owner of the token if there is one, else the admin
/// user mapped to the operating-system account.
///
/// # Errors
/// `not_authenticated`, naming the account and what an administrator must run.
pub fn identify(tx: &dyn ReadTx, credential: &Credential, now: Timestamp) -> Result<Actor> {
    match credential {
        Credential::Token(token) => by_token(tx, token, now),
        Credential::MalformedToken => Err(refused_token("it is not an access token of lac")),
        Credential::OsAccount(account) => by_account(tx, account),
        Credential::System => Err(Fault::internal("the program itself is no actor")),
    }
}

fn by_account(tx: &dyn ReadTx, account: &str) -> Result<Actor> {
    let user = tx
        .admin_user_by_os_account(account)?
        .ok_or_else(|| Fault::NotAuthenticated {
            reason: format!("the account {account} is no admin user of this store"),
            remedy: Some(format!(
                "lac user create NAME --role ROLE --os-account {}",
                shell_word(account)
            )),
        })?;
    admin(tx, user.id, Via::OsAccount)
}

fn by_token(tx: &dyn ReadTx, token: &PlainToken, now: Timestamp) -> Result<Actor> {
    let unknown = || refused_token("it is unknown here");
    let token = tx
        .access_token_by_hash(token.hash().as_bytes())?
        .ok_or_else(unknown)?;
    if token.revoked_at.is_some() {
        return Err(refused_token("it was revoked"));
    }
    if token.expires_at.is_some_and(|end| now >= end) {
        return Err(refused_token("it has expired"));
    }
    match lineage::of_ancestors(tx, &token, now)? {
        None | Some(TokenState::Active) => {}
        Some(TokenState::Revoked) => {
            return Err(refused_token("the one it was made with was revoked"));
        }
        Some(TokenState::Expired) => {
            return Err(refused_token("the one it was made with has expired"));
        }
        Some(TokenState::Suspended) => {
            return Err(refused_token("the one it was made with is suspended"));
        }
    }
    let id = match token.owner {
        TokenOwner::AdminUser(id) => {
            let mut actor = admin(tx, id, Via::Token)?;
            actor.rights = actor.rights.within(&token.limit);
            actor.token = Some(token.acting());
            return Ok(actor);
        }
        TokenOwner::Storefront(id) => id,
    };
    let storefront = tx.storefront(id)?.ok_or_else(unknown)?;
    if storefront.revoked_at.is_some() {
        return Err(refused_token("its storefront was revoked"));
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
        via: Via::Token,
        token: Some(token.acting()),
    })
}

fn refused_token(why: &str) -> Fault {
    let reason = format!("the access token does not count: {why}");
    Fault::NotAuthenticated {
        reason,
        remedy: None,
    }
}

/// The admin user with this id as an actor.
fn admin(tx: &dyn ReadTx, id: i64, via: Via) -> Result<Actor> {
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
        via,
        token: None,
    })
}

/// An agent with the rights they have at this moment, for checks on their
/// behalf while somebody else acts (a storefront redeems, an administrator
/// changes a role); `None` if they have lost the account, or if what they may
/// do cannot be read.
pub fn agent_now(tx: &dyn ReadTx, admin_id: i64) -> Result<Option<Actor>> {
    match admin(tx, admin_id, Via::OsAccount) {
        Ok(actor) => Ok(Some(actor)),
        Err(Fault::NotAuthenticated { .. } | Fault::RowDamaged { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}
