//! A new access token.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::lineage::Inherited;
use super::{owner, resources, shown_once};
use crate::rights::role_of;
use crate::roles::{codes, named};
use crate::{Desk, Done, Work, act, find};
use lac_ledger::signing::secret::PlainToken;
use lac_model::access::{Access, AccessToken, AdminUser, Rights, RoleScope, TokenOwner};
use lac_model::ambient::bytes;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, Label, SOME, ShortText};
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Result, TokenWrite};

/// The longest life of a token: a leap year.
pub const MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The life of a token where none is asked for.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Creates a token for oneself, or for somebody all of whose rights one holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    /// The admin user's name.
    pub name: ShortText,
    /// What it is for.
    pub label: Option<Label>,
    /// 1 second to [`MAX_LIFETIME`]; `None` for [`DEFAULT_LIFETIME`], or for as
    /// long as the token that it is made by.
    pub lifetime: Option<Duration>,
    /// The only resources it is to hold; empty for all of the role's.
    #[serde(default)]
    pub resources: BoundedList<ShortText, SOME>,
    /// The only websites it is to be for, by code; empty for all of the role's.
    #[serde(default)]
    pub websites: BoundedList<ShortText, SOME>,
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
    /// The only resources it holds; `null` for all of the role's.
    pub resources: Option<Vec<Resource>>,
    /// The only websites it is for; `null` for all of the role's.
    pub websites: Option<Vec<String>>,
    /// The token that it was made with, with which it is revoked.
    #[serde(default)]
    pub parent_id: Option<i64>,
}

impl Act for Create {
    const ANY_OF: &'static [Resource] = &[];
}

impl Covers<TokenWrite> for Create {}

impl Create {
    /// # Errors
    /// `resource_denied` (for others), `admin_user_not_found`,
    /// `resource_not_found`, `website_not_found`, `invalid_value`;
    /// `beyond_own_rights` for somebody who holds more than the actor, for a
    /// limit beyond what its owner or the actor holds, and for a life beyond
    /// that of the token it is made by.
    pub fn run(self, desk: &Desk<'_>) -> Result<Created> {
        let is_life = |life: Duration| !life.is_zero() && life <= MAX_LIFETIME;
        if !self.lifetime.is_none_or(is_life) {
            return Err(Fault::invalid("--expires", "1s to 366d"));
        }
        let fill = |event: &mut Event| {
            event.detail("admin_user", self.name.clone());
            event.detail("label", self.label.clone());
        };
        act::<Self, _>(desk, Action::TokenCreate, fill, |work, permit| {
            let user = owner(work, &self.name)?;
            let inherited = Inherited::of(work)?;
            let limit = self.limit(work, &user)?.within(&inherited.limit);
            let expires_at = self.end(work, inherited.expires_at)?;
            let plain = PlainToken::generate(bytes(work.random));
            let token = AccessToken {
                id: 0,
                owner: TokenOwner::AdminUser(user.id),
                name: self.label.clone().unwrap_or_default().into(),
                created_at: work.now,
                expires_at: Some(expires_at),
                revoked_at: None,
                last_used_at: None,
                limit,
                parent_id: inherited.parent_id,
            };
            let hash = plain.hash();
            let id = work
                .tx
                .access_token_add(&permit.narrow(), &token, hash.as_bytes())?;
            let held = resources(&token.limit);
            let websites = codes(work, &token.limit.scope)?;
            work.draft.detail("token", id);
            work.draft.detail("expires_at", expires_at.to_string());
            if let Some(parent) = token.parent_id {
                work.draft.detail("parent", parent);
            }
            if let Some(held) = &held {
                let ids: Vec<&str> = held.iter().map(|resource| resource.id()).collect();
                work.draft.detail("resources", ids);
            }
            if let Some(websites) = &websites {
                work.draft.detail("websites", websites.clone());
            }
            let recorded = work.record()?;
            let answer = Created {
                token: plain,
                name: user.name,
                expires_at,
                id,
                label: self.label.clone().map(Into::into),
                resources: held,
                websites,
                parent_id: token.parent_id,
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }

    /// What was asked for.
    fn limit(&self, work: &Work<'_>, user: &AdminUser) -> Result<Rights> {
        let mut asked = Rights::everything();
        if !self.resources.is_empty() {
            asked.access = Access::Custom;
            asked.resources = named(&self.resources, false)?.into_iter().collect();
        }
        if !self.websites.is_empty() {
            let ids = self.websites.iter().map(|code| find::website(work, code));
            let mut ids = ids.map(|w| Ok(w?.id)).collect::<Result<Vec<i64>>>()?;
            ids.sort_unstable();
            ids.dedup();
            asked.scope = RoleScope::Websites(ids);
        }
        let role = role_of(work, user)?;
        for (holder, held) in [
            (format!("role {}", role.name), &role.rights),
            (work.actor.name.clone(), &work.actor.rights),
        ] {
            if !held.cover_named(&asked) {
                return Err(Fault::BeyondOwnRights {
                    what: format!("the token would be for more than {holder} holds"),
                });
            }
        }
        Ok(asked)
    }

    /// When it ends: never after the token that the actor shows.
    fn end(&self, work: &Work<'_>, last: Option<Timestamp>) -> Result<Timestamp> {
        let end = work.now.plus(self.lifetime.unwrap_or(DEFAULT_LIFETIME));
        match last {
            Some(last) if end > last && self.lifetime.is_some() => Err(Fault::BeyondOwnRights {
                what: format!("the token would outlive the one it is made with, until {last}"),
            }),
            Some(last) => Ok(end.min(last)),
            None => Ok(end),
        }
    }
}
