//! Tokens created with tokens. A token is valid only as long as its ancestors
//! are, so that revoking a token also stops everything created with it.

use std::collections::BTreeSet;

use crate::core::MAX_DEPTH;
use crate::{ReadView, UnitOfWork};
use lac_model::access::{AccessToken, Rights, TokenOwner};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::{Covers, Permit, ReadTx, Result, StorefrontWrite, TokenWrite};

/// All tokens that descend from these, whoever owns them.
pub fn descendants(read: &dyn ReadTx, of: &[i64]) -> Result<Vec<AccessToken>> {
    let mut found: Vec<AccessToken> = Vec::new();
    let mut known: BTreeSet<i64> = of.iter().copied().collect();
    let mut open = of.to_vec();
    while let Some(id) = open.pop() {
        for child in read.access_tokens_by_parent(id)? {
            if known.insert(child.id) {
                open.push(child.id);
                found.push(child);
            }
        }
    }
    Ok(found)
}

/// The act that [`revoke_descendants`] needs a permit for.
pub struct TokenRevocation;

impl Covers<TokenWrite> for TokenRevocation {}
impl Covers<StorefrontWrite> for TokenRevocation {}

/// Revokes the descendants of these tokens that are not revoked yet; returns
/// their ids. A storefront is revoked with its last valid token.
pub fn revoke_descendants(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, TokenRevocation>,
    of: &[i64],
) -> Result<Vec<i64>> {
    let mut revoked = Vec::new();
    for token in descendants(work.read, of)? {
        if token.revoked_at.is_some() {
            continue;
        }
        work.tx
            .access_token_revoke(&permit.narrow(), token.id, work.now)?;
        revoked.push(token.id);
        if let TokenOwner::Storefront(id) = token.owner
            && !has_valid_token(work, token.owner)?
            && let Some(mut storefront) = work.read.storefront(id)?
            && storefront.revoked_at.is_none()
        {
            storefront.revoked_at = Some(work.now);
            work.tx.storefront_put(&permit.narrow(), &storefront)?;
        }
    }
    revoked.sort_unstable();
    Ok(revoked)
}

fn has_valid_token(work: &UnitOfWork<'_>, owner: TokenOwner) -> Result<bool> {
    let tokens = work.read.access_tokens(owner)?;
    Ok(tokens.iter().any(|token| token.is_valid_at(work.now)))
}

/// The ids of the tokens that an actor with a restricted token can see and
/// revoke: that token and its descendants. `None` for all other actors, who
/// have no such limit.
pub fn manageable_token_ids(view: &ReadView<'_>) -> Result<Option<Vec<i64>>> {
    let restricted = view.actor.token.as_ref().filter(|t| t.is_restricted());
    let Some(token) = restricted else {
        return Ok(None);
    };
    let made = descendants(view.read, &[token.id])?;
    let mut ids: Vec<i64> = made.iter().map(|token| token.id).collect();
    ids.push(token.id);
    Ok(Some(ids))
}

/// What a new token inherits from the token the actor uses: parent, latest
/// expiry, limits.
#[derive(Debug)]
pub struct InheritedLimits {
    pub parent_id: Option<i64>,
    pub expires_at: Option<Timestamp>,
    pub limit: Rights,
}

impl InheritedLimits {
    pub fn from_actor_token(view: &ReadView<'_>) -> Result<Self> {
        let Some(shown) = &view.actor.token else {
            return Ok(Self {
                parent_id: None,
                expires_at: None,
                limit: Rights::unrestricted(),
            });
        };
        let mut depth = 1;
        let mut next = shown.parent_id;
        while let Some(id) = next {
            depth += 1;
            next = view.read.access_token(id)?.and_then(|t| t.parent_id);
            if depth > MAX_DEPTH {
                let what = format!("a token descends from at most {MAX_DEPTH} others");
                return Err(Fault::BeyondOwnRights { what });
            }
        }
        Ok(Self {
            parent_id: Some(shown.id),
            expires_at: shown.expires_at,
            limit: shown.limit.clone(),
        })
    }
}
