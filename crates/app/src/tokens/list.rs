//! Tokens shown, without their secrets.

use serde::{Deserialize, Serialize};

use super::lineage::{state, within_reach};
use super::{is_own, resources};
use crate::page::{Page, Part};
use crate::roles::codes;
use crate::{Desk, find, look};
use lac_model::access::{AccessToken, Identity, TokenOwner};
use lac_model::audit::Action;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Asks for an admin user's tokens, oldest first. Through a restricted token
/// only that one and what was made with it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    /// The admin user; `None` for oneself.
    pub name: Option<ShortText>,
    /// The cursor is the id.
    pub part: Part,
}

/// A token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenView {
    pub id: i64,
    /// Whose it is.
    pub name: String,
    pub label: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
    /// The only resources it holds, as far as the role does; `null` for all of
    /// the role's.
    pub resources: Option<Vec<Resource>>,
    /// The only websites it is for, by code, as far as the actor's own scope
    /// reaches; `null` for all of the role's.
    pub websites: Option<Vec<String>>,
    pub state: TokenState,
    /// The token that it was made with, with which it is revoked.
    #[serde(default)]
    pub parent_id: Option<i64>,
}

/// Whether a token counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    Active,
    Expired,
    Revoked,
    /// Its owner is disabled, or that of a token that it descends from.
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

impl List {
    /// # Errors
    /// `resource_denied` (for others), `admin_user_not_found`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Page<TokenView>> {
        let after = self.part.number()?;
        look(desk, Action::AdminUserRead, &[], |view| {
            let own = || (view.actor.name.clone(), view.actor.identity);
            let (name, owner) = match &self.name {
                Some(name) if !is_own(view, name) => {
                    view.demand(Resource::ACL_USERS)?;
                    let user = find::admin_user(view, name)?;
                    (user.name, TokenOwner::AdminUser(user.id))
                }
                _ => match own() {
                    (name, Identity::AdminUser(id)) => (name, TokenOwner::AdminUser(id)),
                    (name, Identity::Storefront(id)) => (name, TokenOwner::Storefront(id)),
                    (_, Identity::Upkeep) => return Ok(Page::default()),
                },
            };
            let mut tokens = view.read.access_tokens(owner)?;
            tokens.retain(|token| after.is_none_or(|after| token.id > after));
            if let Some(reach) = within_reach(view)? {
                tokens.retain(|token| reach.contains(&token.id));
            }
            let is_more = tokens.len() > self.part.rows();
            tokens.truncate(self.part.rows());
            let next = tokens.last().filter(|_| is_more).map(|t| t.id.to_string());
            let row = |token: AccessToken| {
                Ok(TokenView {
                    last_used_at: token.last_used_at,
                    resources: resources(&token.limit),
                    websites: codes(view, &token.limit.scope)?,
                    state: state(view.read, &token, view.now)?,
                    parent_id: token.parent_id,
                    id: token.id,
                    name: name.clone(),
                    label: (!token.name.is_empty()).then_some(token.name),
                    created_at: token.created_at,
                    expires_at: token.expires_at,
                    revoked_at: token.revoked_at,
                })
            };
            let rows = tokens.into_iter().map(row).collect::<Result<_>>()?;
            Ok(Page {
                rows,
                next,
                left_out: view.read.rows_left_out(),
            })
        })
    }
}
