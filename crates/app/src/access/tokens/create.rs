//! Creates an access token.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::lineage::InheritedLimits;
use super::{changeable_owner, limited_resources, shown_once};
use crate::access::naming::{parse_resources, website_codes};
use crate::access::rights::role_of_user;
use crate::core::find;
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_ledger::access_token::PlainToken;
use lac_model::access::{Access, AccessToken, AdminUser, Rights, RoleScope, TokenOwner};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{BoundedList, Label, MAX_VALUES_PER_FIELD, ShortText};
use lac_model::environment::random_bytes;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Result, TokenWrite};

/// The maximum lifetime: a leap year.
pub const MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The lifetime if the request has none.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Creates a token for the actor, or for somebody with no more rights than the
/// actor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenCreate {
    /// The admin user who will own it.
    pub name: ShortText,
    /// What it is for.
    pub label: Option<Label>,
    /// 1 second to [`MAX_LIFETIME`]; `None` for [`DEFAULT_LIFETIME`]. If the
    /// actor uses a token, the new one expires no later than that.
    pub lifetime: Option<Duration>,
    /// Limits the token to these resources; empty for all of the role's.
    #[serde(default)]
    pub resources: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    /// Limits the token to these websites, by code; empty for all of the
    /// role's.
    #[serde(default)]
    pub websites: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
}

/// The token, which is shown only this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenCreated {
    #[serde(with = "shown_once")]
    pub token: PlainToken,
    /// The admin user who owns it.
    pub name: String,
    pub expires_at: Timestamp,
    pub id: i64,
    pub label: Option<String>,
    /// The resources it is limited to; `null` for all of the role's.
    pub resources: Option<Vec<Resource>>,
    /// The websites it is limited to; `null` for all of the role's.
    pub websites: Option<Vec<String>>,
    /// The token it was created with. Revoking that one revokes this one.
    #[serde(default)]
    pub parent_id: Option<i64>,
}

impl Act for TokenCreate {
    const ANY_OF: &'static [Resource] = &[];
}

impl Covers<TokenWrite> for TokenCreate {}

impl TokenCreate {
    /// # Errors
    /// `resource_denied` (for others), `admin_user_not_found`,
    /// `resource_not_found`, `website_not_found`, `invalid_value`;
    /// `beyond_own_rights` if the owner has more rights than the actor, if a
    /// limit exceeds the rights of the owner or the actor, if the lifetime
    /// exceeds that of the actor's token, or if that token descends from too
    /// many others.
    pub fn run(self, context: &Context<'_>) -> Result<TokenCreated> {
        let is_life = |life: Duration| !life.is_zero() && life <= MAX_LIFETIME;
        if !self.lifetime.is_none_or(is_life) {
            return Err(Fault::invalid("--expires", "1s to 366d"));
        }
        let fill = |event: &mut Event| {
            event.add_detail("admin_user", self.name.clone());
            event.add_detail("label", self.label.clone());
        };
        write::<Self, _>(context, Action::TokenCreate, fill, |work, permit| {
            let user = changeable_owner(work, &self.name)?;
            let inherited = InheritedLimits::from_actor_token(work)?;
            let limit = self
                .requested_limit(work, &user)?
                .intersection(&inherited.limit);
            let expires_at = self.expiry(work, inherited.expires_at)?;
            let plain = PlainToken::generate(random_bytes(work.random));
            let token = AccessToken {
                id: 0,
                owner: TokenOwner::AdminUser(user.id),
                name: self.label.clone().unwrap_or_default().into(),
                created_at: work.now,
                expires_at: Some(expires_at),
                revoked_at: None,
                last_used_at: None,
                last_used_from: None,
                limit,
                parent_id: inherited.parent_id,
            };
            let hash = plain.hash();
            let id = work
                .tx
                .access_token_add(&permit.narrow(), &token, hash.as_bytes())?;
            let held = limited_resources(&token.limit);
            let websites = website_codes(work, &token.limit.scope)?;
            work.draft.add_detail("token", id);
            work.draft.add_detail("expires_at", expires_at.to_string());
            if let Some(parent) = token.parent_id {
                work.draft.add_detail("parent", parent);
            }
            if let Some(held) = &held {
                let ids: Vec<&str> = held.iter().map(|resource| resource.id()).collect();
                work.draft.add_detail("resources", ids);
            }
            if let Some(websites) = &websites {
                work.draft.add_detail("websites", websites.clone());
            }
            let recorded = work.record()?;
            let answer = TokenCreated {
                token: plain,
                name: user.name,
                expires_at,
                id,
                label: self.label.clone().map(Into::into),
                resources: held,
                websites,
                parent_id: token.parent_id,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }

    /// The requested limits, checked against the rights of the owner and the
    /// actor.
    fn requested_limit(&self, work: &UnitOfWork<'_>, user: &AdminUser) -> Result<Rights> {
        let mut asked = Rights::unrestricted();
        if !self.resources.is_empty() {
            asked.access = Access::Custom;
            asked.resources = parse_resources(&self.resources, false)?
                .into_iter()
                .collect();
        }
        if !self.websites.is_empty() {
            let ids = self.websites.iter().map(|code| find::website(work, code));
            let mut ids = ids.map(|w| Ok(w?.id)).collect::<Result<Vec<i64>>>()?;
            ids.sort_unstable();
            ids.dedup();
            asked.scope = RoleScope::Websites(ids);
        }
        let role = role_of_user(work, user)?;
        for (holder, held) in [
            (format!("role {}", role.name), &role.rights),
            (work.actor.name.clone(), &work.actor.rights),
        ] {
            if !held.covers_named_limits(&asked) {
                return Err(Fault::BeyondOwnRights {
                    what: format!("the token would be for more than {holder} holds"),
                });
            }
        }
        Ok(asked)
    }

    /// When it expires: no later than `last`, when the actor's own token does.
    fn expiry(&self, work: &UnitOfWork<'_>, last: Option<Timestamp>) -> Result<Timestamp> {
        let end = work
            .now
            .saturating_add(self.lifetime.unwrap_or(DEFAULT_LIFETIME));
        match last {
            Some(last) if end > last && self.lifetime.is_some() => Err(Fault::BeyondOwnRights {
                what: format!("the token would outlive the one it is made with, until {last}"),
            }),
            Some(last) => Ok(end.min(last)),
            None => Ok(end),
        }
    }
}
