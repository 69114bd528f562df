//! A new access token.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{owner, shown_once};
use crate::app::{Desk, Done, act};
use crate::domain::access::{AccessToken, Rights, TokenOwner};
use crate::domain::ambient::bytes;
use crate::domain::audit::{Action, Event};
use crate::domain::fault::Fault;
use crate::domain::time::Timestamp;
use crate::signing::secret::PlainToken;
use crate::store::Result;

/// The longest life of a token: a leap year.
pub const MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Creates a token for oneself, or for somebody all of whose rights one holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    /// The admin user's name.
    pub name: String,
    /// What it is for.
    pub label: Option<String>,
    /// 1 second to [`MAX_LIFETIME`].
    pub lifetime: Duration,
}

/// The token, shown this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Created {
    #[serde(with = "shown_once")]
    pub token: PlainToken,
    /// The admin user's name.
    pub name: String,
    pub expires_at: Timestamp,
    pub id: i64,
    pub label: Option<String>,
}

impl Create {
    /// # Errors
    /// `resource_denied` (for others), `admin_user_not_found`,
    /// `beyond_own_rights`, `invalid_value`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Created> {
        if self.lifetime.is_zero() || self.lifetime > MAX_LIFETIME {
            return Err(Fault::invalid("--expires", "1s to 366d"));
        }
        if self.label.as_ref().is_some_and(|l| l.chars().count() > 64) {
            return Err(Fault::invalid("--label", "at most 64 characters"));
        }
        let fill = |event: &mut Event| {
            event.detail("admin_user", self.name.clone());
            event.detail("label", self.label.clone());
        };
        act(desk, Action::TokenCreate, &[], fill, |work, permit| {
            let user = owner(work, &self.name)?;
            let plain = PlainToken::generate(bytes(work.random));
            let expires_at = work.now.plus(self.lifetime);
            let token = AccessToken {
                id: 0,
                owner: TokenOwner::AdminUser(user.id),
                name: self.label.clone().unwrap_or_default(),
                created_at: work.now,
                expires_at: Some(expires_at),
                revoked_at: None,
                last_used_at: None,
                limit: Rights::everything(),
            };
            let hash = plain.hash();
            let id = work.tx.access_token_add(permit, &token, hash.as_bytes())?;
            work.draft.detail("token", id);
            work.draft.detail("expires_at", expires_at.to_string());
            let recorded = work.record()?;
            let answer = Created {
                token: plain,
                name: user.name,
                expires_at,
                id,
                label: self.label.clone(),
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }
}
