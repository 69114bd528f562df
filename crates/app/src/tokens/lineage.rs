//! Tokens that were made with tokens. A token counts only as long as the one
//! that it was made with, so that revoking a token stops everything it made.

use std::collections::BTreeSet;

use super::TokenState;
use crate::{View, Work};
use lac_model::access::{AccessToken, Rights, TokenOwner};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::{Covers, Permit, ReadTx, Result, StorefrontWrite, TokenWrite};

/// How many tokens a token may descend from: each use looks at all of them.
pub const DEEPEST: usize = 8;

/// The state of a token, as its owner and the tokens that it descends from are
/// now. Revoking a token revokes its descendants as well; that the line is
/// walked nonetheless keeps a descendant from counting whatever happened to
/// its parent's row.
pub fn state(read: &dyn ReadTx, token: &AccessToken, now: Timestamp) -> Result<TokenState> {
    match alone(read, token, now)? {
        TokenState::Active => Ok(of_ancestors(read, token, now)?.unwrap_or(TokenState::Active)),
        other => Ok(other),
    }
}

/// Why the tokens that this one descends from keep it from counting; `None` if
/// they do not.
pub fn of_ancestors(
    read: &dyn ReadTx,
    token: &AccessToken,
    now: Timestamp,
) -> Result<Option<TokenState>> {
    let mut next = token.parent_id;
    for _ in 0..DEEPEST {
        let Some(id) = next else {
            return Ok(None);
        };
        let Some(parent) = read.access_token(id)? else {
            return Ok(Some(TokenState::Revoked)); // its owner was deleted
        };
        match alone(read, &parent, now)? {
            TokenState::Active => next = parent.parent_id,
            // A storefront that was added with a token without a limit stays
            // when that token runs out.
            TokenState::Expired if token.expires_at.is_none() => next = parent.parent_id,
            other => return Ok(Some(other)),
        }
    }
    Ok(next.map(|_| TokenState::Revoked))
}

fn alone(read: &dyn ReadTx, token: &AccessToken, now: Timestamp) -> Result<TokenState> {
    let owner = match token.owner {
        TokenOwner::AdminUser(id) => match read.admin_user(id)? {
            Some(user) if user.enabled => TokenState::Active,
            Some(_) => TokenState::Suspended,
            None => TokenState::Revoked,
        },
        TokenOwner::Storefront(id) => match read.storefront(id)? {
            Some(storefront) if storefront.revoked_at.is_none() => TokenState::Active,
            _ => TokenState::Revoked,
        },
    };
    Ok(if token.revoked_at.is_some() {
        TokenState::Revoked
    } else if token.expires_at.is_some_and(|end| now >= end) {
        TokenState::Expired
    } else {
        owner
    })
}

/// All tokens that descend from these, whoever owns them.
pub fn descendants(read: &dyn ReadTx, of: &[i64]) -> Result<Vec<AccessToken>> {
    let mut found: Vec<AccessToken> = Vec::new();
    let mut known: BTreeSet<i64> = of.iter().copied().collect();
    let mut open = of.to_vec();
    while let Some(id) = open.pop() {
        for child in read.access_tokens_made_with(id)? {
            if known.insert(child.id) {
                open.push(child.id);
                found.push(child);
            }
        }
    }
    Ok(found)
}

/// What [`revoke_descendants`] writes.
pub struct Revocation;

impl Covers<TokenWrite> for Revocation {}
impl Covers<StorefrontWrite> for Revocation {}

/// Revokes all that still count of those that descend from these tokens;
/// returns their ids. A storefront that was added with one goes with its
/// token: it has no other.
pub fn revoke_descendants(
    work: &Work<'_>,
    permit: &Permit<'_, Revocation>,
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

/// The ids of the tokens that an actor who shows a restricted token has a say
/// in: that one and its descendants. `None` for every other actor.
pub fn within_reach(view: &View<'_>) -> Result<Option<Vec<i64>>> {
    let restricted = view.actor.token.as_ref().filter(|t| t.is_restricted());
    let Some(token) = restricted else {
        return Ok(None);
    };
    let made = descendants(view.read, &[token.id])?;
    let mut ids: Vec<i64> = made.iter().map(|token| token.id).collect();
    ids.push(token.id);
    Ok(Some(ids))
}

/// What a token made by this actor has from the one that they show: its parent,
/// when it ends at the latest, what it is limited to.
#[derive(Debug)]
pub struct Inherited {
    pub parent_id: Option<i64>,
    pub expires_at: Option<Timestamp>,
    pub limit: Rights,
}

impl Inherited {
    /// # Errors
    /// `beyond_own_rights` for a token that descends from too many.
    pub fn of(view: &View<'_>) -> Result<Self> {
        let Some(shown) = &view.actor.token else {
            return Ok(Self {
                parent_id: None,
                expires_at: None,
                limit: Rights::everything(),
            });
        };
        let mut depth = 1;
        let mut next = shown.parent_id;
        while let Some(id) = next {
            depth += 1;
            next = view.read.access_token(id)?.and_then(|t| t.parent_id);
            if depth > DEEPEST {
                let what = format!("a token descends from at most {DEEPEST} others");
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
