//! Shows tokens, without their secrets.

use serde::{Deserialize, Serialize};

use super::lineage::manageable_token_ids;
use super::{is_actor_name, limited_resources};
use crate::access::naming::website_codes;
use crate::core::find;
use crate::core::page::{Page, PageRequest};
use crate::core::{TokenState, token_state};
use crate::{Context, read};
use lac_model::access::{AccessToken, Identity, TokenOwner};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Lists an admin user's tokens, oldest first. With a restricted token, only
/// that token and its descendants.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TokenList {
    /// The admin user; `None` for the actor.
    pub name: Option<ShortText>,
    /// The cursor is a token's id.
    pub part: PageRequest,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenView {
    pub id: i64,
    /// The name of its owner.
    pub name: String,
    pub label: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// The time it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The resources it is limited to, as far as the role has them; `null` for
    /// all of the role's.
    pub resources: Option<Vec<Resource>>,
    /// The websites it is limited to, by code, as far as the actor can see
    /// them; `null` for all of the role's.
    pub websites: Option<Vec<String>>,
    pub state: TokenState,
    /// The token it was created with. Revoking that one revokes this one.
    #[serde(default)]
    pub parent_id: Option<i64>,
}

impl TokenList {
    /// # Errors
    /// `resource_denied` (for others), `admin_user_not_found`; `invalid_value`
    /// for a cursor that is not an id.
    pub fn run(self, context: &Context<'_>) -> Result<Page<TokenView>> {
        let after = self.part.numeric_cursor()?;
        read(context, Action::AdminUserRead, &[], |view| {
            let own = || (view.actor.name.clone(), view.actor.identity);
            let (name, owner) = match &self.name {
                Some(name) if !is_actor_name(view, name) => {
                    view.require(Resource::ACL_USERS)?;
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
            if let Some(reach) = manageable_token_ids(view)? {
                tokens.retain(|token| reach.contains(&token.id));
            }
            let is_more = tokens.len() > self.part.row_limit();
            tokens.truncate(self.part.row_limit());
            let next = tokens.last().filter(|_| is_more).map(|t| t.id.to_string());
            let row = |token: AccessToken| {
                Ok(TokenView {
                    last_used_at: token.last_used_at,
                    resources: limited_resources(&token.limit),
                    websites: website_codes(view, &token.limit.scope)?,
                    state: token_state(view.read, &token, view.now)?,
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
                left_out: view.read.skipped_row_count(),
            })
        })
    }
}
