//! A storefront that no longer counts.

use serde::{Deserialize, Serialize};

use super::list::exists_for;
use crate::{Desk, Done, act};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Result, StorefrontWrite};

/// Revokes a storefront: its token counts no more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revoke {
    pub name: ShortText,
}

/// The storefront, revoked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revoked {
    pub name: String,
    pub revoked_at: Timestamp,
    pub changed: bool,
}

impl Act for Revoke {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONTS];
}

impl Covers<StorefrontWrite> for Revoke {}

impl Revoke {
    /// # Errors
    /// `resource_denied`, `storefront_not_found`, `beyond_own_rights` for one
    /// that serves websites outside the actor's scope too.
    pub fn run(self, desk: &Desk<'_>) -> Result<Revoked> {
        let name = self.name;
        let fill = |event: &mut Event| event.detail("name", name.clone());
        act::<Self, _>(desk, Action::StorefrontRevoke, fill, |work, permit| {
            let all = work.read.storefronts()?.into_iter();
            let found = all.filter(|s| s.name == name).find(|s| exists_for(work, s));
            let mut storefront = found.ok_or_else(|| Fault::StorefrontNotFound {
                storefront: name.clone().into(),
            })?;
            if !storefront.websites.iter().all(|id| work.actor.sees(*id)) {
                return Err(Fault::BeyondOwnRights {
                    what: format!("{name} serves further websites"),
                });
            }
            let answer = |revoked_at, changed| Revoked {
                name: name.clone().into(),
                revoked_at,
                changed,
            };
            if let Some(at) = storefront.revoked_at {
                return Ok(Done::Unchanged(answer(at, false)));
            }
            storefront.revoked_at = Some(work.now);
            work.tx.storefront_put(&permit.narrow(), &storefront)?;
            let recorded = work.record()?;
            Ok(Done::Recorded(answer(work.now, true), recorded))
        })
    }
}
