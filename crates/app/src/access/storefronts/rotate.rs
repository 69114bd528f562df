//! Replaces a storefront's token.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::changeable_storefront;
use super::token::{NewToken, check_within_own_resources, create_token};
use crate::access::tokens::lineage::manageable_token_ids;
use crate::access::tokens::shown_once;
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_ledger::access_token::PlainToken;
use lac_model::access::{AccessToken, Storefront, TokenOwner};
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Result, TokenWrite};

/// How long older tokens work if the request does not say.
pub const DEFAULT_GRACE: Duration = Duration::from_secs(10 * 60);

/// The longest time that older tokens may work.
pub const MAX_GRACE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Gives a storefront a new token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontRotate {
    pub name: ShortText,
    /// For how long older tokens work: up to [`MAX_GRACE`]; 0 ends them now,
    /// `None` is [`DEFAULT_GRACE`].
    #[serde(default)]
    pub grace: Option<Duration>,
}

/// The new token, which is shown only this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontRotated {
    #[serde(with = "shown_once")]
    pub token: PlainToken,
    pub name: String,
    pub id: i64,
    /// `null` if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// Until when an older token works; `null` if none does.
    pub former_until: Option<Timestamp>,
}

impl Act for StorefrontRotate {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONTS];
}

impl Covers<TokenWrite> for StorefrontRotate {}

impl StorefrontRotate {
    /// # Errors
    /// `resource_denied`, `storefront_not_found`, `storefront_revoked`,
    /// `invalid_value`; `beyond_own_rights` if the storefront also serves
    /// websites outside the actor's scope or may do what the actor may not, or
    /// if the actor's restricted token did not make its tokens.
    pub fn run(self, context: &Context<'_>) -> Result<StorefrontRotated> {
        let grace = self.grace.unwrap_or(DEFAULT_GRACE);
        if grace > MAX_GRACE {
            return Err(Fault::invalid("--grace", "0 to 7d"));
        }
        let fill = |event: &mut Event| {
            event.add_detail("name", self.name.clone());
            event.add_detail("grace_seconds", grace.as_secs());
        };
        write::<Self, _>(context, Action::StorefrontRotate, fill, |work, permit| {
            let storefront = changeable_storefront(work, &self.name)?;
            if storefront.revoked_at.is_some() {
                return Err(Fault::StorefrontRevoked {
                    storefront: storefront.name,
                });
            }
            check_within_own_resources(work, storefront.rights)?;
            let former = valid_tokens(work, &storefront)?;
            let reach = manageable_token_ids(work)?;
            let beyond =
                |token: &&AccessToken| reach.as_ref().is_some_and(|r| !r.contains(&token.id));
            if let Some(token) = former.iter().find(beyond) {
                let what = format!(
                    "token {} was not made with the token that is shown",
                    token.id
                );
                return Err(Fault::BeyondOwnRights { what });
            }
            let end = work.now.saturating_add(grace);
            let mut former_until = None;
            for token in &former {
                if grace.is_zero() {
                    work.tx
                        .access_token_revoke(&permit.narrow(), token.id, work.now)?;
                } else {
                    work.tx
                        .access_token_expire(&permit.narrow(), token.id, end)?;
                    let until = token.expires_at.map_or(end, |at| at.min(end));
                    former_until = former_until.max(Some(until));
                }
            }
            let NewToken {
                plain,
                id,
                expires_at,
            } = create_token(
                work,
                &permit.narrow(),
                storefront.id,
                storefront.name.clone(),
            )?;
            work.draft.add_detail("token", id);
            let former: Vec<i64> = former.iter().map(|token| token.id).collect();
            work.draft.add_detail("former", former);
            let until = former_until.map(|at| at.to_string());
            work.draft.add_detail("former_until", until);
            let recorded = work.record()?;
            let answer = StorefrontRotated {
                token: plain,
                name: storefront.name,
                id: storefront.id,
                expires_at,
                former_until,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}

/// The tokens that are neither revoked nor expired.
fn valid_tokens(work: &UnitOfWork<'_>, storefront: &Storefront) -> Result<Vec<AccessToken>> {
    let mut tokens = work
        .read
        .access_tokens(TokenOwner::Storefront(storefront.id))?;
    tokens.retain(|token| token.is_valid_at(work.now));
    Ok(tokens)
}
