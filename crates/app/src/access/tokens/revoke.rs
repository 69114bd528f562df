//! Revokes access tokens.

use serde::{Deserialize, Serialize};

use super::changeable_owner;
use super::lineage::{TokenRevocation, manageable_token_ids, revoke_descendants};
use crate::access::rights::FullAdministrators;
use crate::{Context, WriteOutcome, write};
use lac_model::access::TokenOwner;
use lac_model::audit::{Action, Event};
use lac_model::bounded::{BoundedList, MAX_IDS_PER_REQUEST, ShortText};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Result, TokenWrite};

/// Revokes tokens of an admin user, and their descendants.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenRevoke {
    /// The admin user who owns them.
    pub name: ShortText,
    pub which: TokenSelection,
}

/// Which tokens to revoke.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenSelection {
    All,
    Ids(BoundedList<i64, MAX_IDS_PER_REQUEST>),
}

/// The revoked tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenRevoked {
    pub name: String,
    /// The ids revoked now, without those that were revoked before.
    pub revoked: Vec<i64>,
    pub changed: bool,
    /// The ids of their descendants revoked now; these can belong to other
    /// admin users or to storefronts.
    #[serde(default)]
    pub descendants: Vec<i64>,
}

impl Act for TokenRevoke {
    const ANY_OF: &'static [Resource] = &[];
}

impl Covers<TokenWrite> for TokenRevoke {}
impl Covers<TokenRevocation> for TokenRevoke {}

impl TokenRevoke {
    /// # Errors
    /// `resource_denied` (for others), `admin_user_not_found`,
    /// `access_token_not_found`, `last_administrator`; `beyond_own_rights` if
    /// the owner has more rights than the actor, and with a restricted token
    /// for any token but that one and its descendants.
    pub fn run(self, context: &Context<'_>) -> Result<TokenRevoked> {
        let fill = |event: &mut Event| event.add_detail("admin_user", self.name.clone());
        write::<Self, _>(context, Action::TokenRevoke, fill, |work, permit| {
            let user = changeable_owner(work, &self.name)?;
            let tokens = work.read.access_tokens(TokenOwner::AdminUser(user.id))?;
            if let TokenSelection::Ids(ids) = &self.which {
                let known = |id: &i64| tokens.iter().any(|token| token.id == *id);
                if let Some(id) = ids.iter().find(|id| !known(id)) {
                    return Err(Fault::AccessTokenNotFound {
                        token: format!("{id} of {}", user.name),
                    });
                }
            }
            let is_meant = |id: i64| match &self.which {
                TokenSelection::All => true,
                TokenSelection::Ids(ids) => ids.contains(&id),
            };
            let live = tokens.iter().filter(|token| token.revoked_at.is_none());
            let revoked: Vec<i64> = live.map(|t| t.id).filter(|id| is_meant(*id)).collect();
            let reach = manageable_token_ids(work)?;
            let beyond = |id: &&i64| reach.as_ref().is_some_and(|ids| !ids.contains(id));
            if let Some(id) = revoked.iter().find(beyond) {
                let what = format!("token {id} was not made with the token that is shown");
                return Err(Fault::BeyondOwnRights { what });
            }
            let administrators = FullAdministrators::load(work)?;
            for id in &revoked {
                work.tx
                    .access_token_revoke(&permit.narrow(), *id, work.now)?;
            }
            let descendants = revoke_descendants(work, &permit.narrow(), &revoked)?;
            administrators.require_one_left(work)?;
            let answer = TokenRevoked {
                name: user.name,
                changed: !revoked.is_empty(),
                revoked,
                descendants,
            };
            if !answer.changed {
                return Ok(WriteOutcome::Unchanged(answer));
            }
            work.draft.add_detail("tokens", answer.revoked.clone());
            if !answer.descendants.is_empty() {
                work.draft
                    .add_detail("descendants", answer.descendants.clone());
            }
            let recorded = work.record()?;
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}
