//! Revokes a storefront.

use serde::{Deserialize, Serialize};

use super::changeable_storefront;
use crate::core::sessions;
use crate::{Context, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Result, SessionWrite, StorefrontWrite};

/// Revokes a storefront and its tokens, and ends the sessions that it redeemed:
/// it could no longer ask whether they are valid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontRevoke {
    pub name: ShortText,
}

/// The revoked storefront.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontRevoked {
    pub name: String,
    pub revoked_at: Timestamp,
    pub changed: bool,
    /// The number of sessions that ended.
    #[serde(default)]
    pub sessions_ended: usize,
}

impl Act for StorefrontRevoke {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONTS];
}

impl Covers<StorefrontWrite> for StorefrontRevoke {}
impl Covers<SessionWrite> for StorefrontRevoke {}

impl StorefrontRevoke {
    /// # Errors
    /// `resource_denied`, `storefront_not_found`; `beyond_own_rights` if it
    /// also serves websites outside the actor's scope.
    pub fn run(self, context: &Context<'_>) -> Result<StorefrontRevoked> {
        let name = self.name;
        let fill = |event: &mut Event| event.add_detail("name", name.clone());
        write::<Self, _>(context, Action::StorefrontRevoke, fill, |work, permit| {
            let mut storefront = changeable_storefront(work, &name)?;
            let answer = |revoked_at, changed, sessions_ended| StorefrontRevoked {
                name: name.clone().into(),
                revoked_at,
                changed,
                sessions_ended,
            };
            if let Some(at) = storefront.revoked_at {
                return Ok(WriteOutcome::Unchanged(answer(at, false, 0)));
            }
            storefront.revoked_at = Some(work.now);
            work.tx.storefront_put(&permit.narrow(), &storefront)?;
            let ended = sessions::end_for_storefront(work, &permit.narrow(), storefront.id)?;
            if ended > 0 {
                work.draft.add_detail("sessions_ended", ended);
            }
            let recorded = work.record()?;
            let answer = answer(work.now, true, ended);
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}
