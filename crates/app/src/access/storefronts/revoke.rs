//! Revokes a storefront.

use serde::{Deserialize, Serialize};

use super::changeable_storefront;
use crate::{Context, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Result, StorefrontWrite};

/// Revokes a storefront, and with it its token.
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
}

impl Act for StorefrontRevoke {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONTS];
}

impl Covers<StorefrontWrite> for StorefrontRevoke {}

impl StorefrontRevoke {
    /// # Errors
    /// `resource_denied`, `storefront_not_found`; `beyond_own_rights` if it
    /// also serves websites outside the actor's scope.
    pub fn run(self, context: &Context<'_>) -> Result<StorefrontRevoked> {
        let name = self.name;
        let fill = |event: &mut Event| event.add_detail("name", name.clone());
        write::<Self, _>(context, Action::StorefrontRevoke, fill, |work, permit| {
            let mut storefront = changeable_storefront(work, &name)?;
            let answer = |revoked_at, changed| StorefrontRevoked {
                name: name.clone().into(),
                revoked_at,
                changed,
            };
            if let Some(at) = storefront.revoked_at {
                return Ok(WriteOutcome::Unchanged(answer(at, false)));
            }
            storefront.revoked_at = Some(work.now);
            work.tx.storefront_put(&permit.narrow(), &storefront)?;
            let recorded = work.record()?;
            Ok(WriteOutcome::Recorded(answer(work.now, true), recorded))
        })
    }
}
