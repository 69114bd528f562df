//! Whether an access token is valid.

use serde::{Deserialize, Serialize};

use lac_model::access::{AccessToken, TokenOwner};
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    Active,
    Expired,
    Revoked,
    /// Its owner is disabled, or the owner of a token it descends from.
    Suspended,
}

impl TokenState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
        }
    }
}

/// The maximum number of ancestors of a token: every use checks all of them.
pub const MAX_DEPTH: usize = 8;

/// The state of a token, considering its owner and its ancestors. Revoking a
/// token also revokes its descendants; checking every ancestor as well protects
/// against a parent row that was changed directly in the database.
pub fn token_state(read: &dyn ReadTx, token: &AccessToken, now: Timestamp) -> Result<TokenState> {
    match own_state(read, token, now)? {
        TokenState::Active => Ok(ancestor_state(read, token, now)?.unwrap_or(TokenState::Active)),
        other => Ok(other),
    }
}

/// The state of the nearest ancestor that makes this token invalid; `None` if
/// all ancestors are valid.
pub fn ancestor_state(
    read: &dyn ReadTx,
    token: &AccessToken,
    now: Timestamp,
) -> Result<Option<TokenState>> {
    let mut next = token.parent_id;
    for _ in 0..MAX_DEPTH {
        let Some(id) = next else {
            return Ok(None);
        };
        let Some(parent) = read.access_token(id)? else {
            return Ok(Some(TokenState::Revoked)); // deleted with its owner
        };
        match own_state(read, &parent, now)? {
            TokenState::Active => next = parent.parent_id,
            // A storefront added with an expiring token keeps its own token
            // after that one has expired: it has no expiry, or since it was
            // replaced a later one.
            TokenState::Expired if outlives(token, &parent) => next = parent.parent_id,
            other => return Ok(Some(other)),
        }
    }
    Ok(next.map(|_| TokenState::Revoked))
}

/// Whether a token was made to be valid after `parent` has expired. One that
/// was not expires with it at the latest.
fn outlives(token: &AccessToken, parent: &AccessToken) -> bool {
    token.expires_at.is_none() || token.expires_at > parent.expires_at
}

fn own_state(read: &dyn ReadTx, token: &AccessToken, now: Timestamp) -> Result<TokenState> {
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
