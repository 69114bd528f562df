//! Tokens that no longer count.

use serde::{Deserialize, Serialize};

use super::owner;
use crate::app::page::few;
use crate::app::rights::WaysIn;
use crate::app::{Desk, Done, act};
use crate::domain::access::TokenOwner;
use crate::domain::audit::{Action, Event};
use crate::domain::fault::Fault;
use crate::store::Result;

/// Revokes tokens of an admin user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revoke {
    /// The admin user's name.
    pub name: String,
    pub which: Which,
}

/// Which of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    All,
    Ids(Vec<i64>),
}

/// What was revoked now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revoked {
    pub name: String,
    /// The ids revoked now; those that were so already are not among them.
    pub revoked: Vec<i64>,
    pub changed: bool,
}

impl Revoke {
    /// # Errors
    /// `resource_denied` (for others), `admin_user_not_found`,
    /// `access_token_not_found`, `beyond_own_rights`, `last_administrator`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Revoked> {
        if let Which::Ids(ids) = &self.which {
            few("ID", ids)?;
        }
        let fill = |event: &mut Event| event.detail("admin_user", self.name.clone());
        act(desk, Action::TokenRevoke, &[], fill, |work, permit| {
            let user = owner(work, &self.name)?;
            let tokens = work.read.access_tokens(TokenOwner::AdminUser(user.id))?;
            if let Which::Ids(ids) = &self.which {
                let known = |id: &i64| tokens.iter().any(|token| token.id == *id);
                if let Some(id) = ids.iter().find(|id| !known(id)) {
                    return Err(Fault::AccessTokenNotFound {
                        token: format!("{id} of {}", user.name),
                    });
                }
            }
            let is_meant = |id: i64| match &self.which {
                Which::All => true,
                Which::Ids(ids) => ids.contains(&id),
            };
            let live = tokens.iter().filter(|token| token.revoked_at.is_none());
            let revoked: Vec<i64> = live.map(|t| t.id).filter(|id| is_meant(*id)).collect();
            let ways_in = WaysIn::now(work)?;
            for id in &revoked {
                work.tx.access_token_revoke(permit, *id, work.now)?;
            }
            ways_in.must_remain(work)?;
            let answer = Revoked {
                name: user.name,
                changed: !revoked.is_empty(),
                revoked,
            };
            if !answer.changed {
                return Ok(Done::Unchanged(answer));
            }
            work.draft.detail("tokens", answer.revoked.clone());
            let recorded = work.record()?;
            Ok(Done::Recorded(answer, recorded))
        })
    }
}
