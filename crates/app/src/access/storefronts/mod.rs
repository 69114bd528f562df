//! Accounts of storefronts, which redeem login URLs for their websites.

mod add;
mod list;
mod revoke;
mod rotate;
mod token;

pub use add::{StorefrontAdd, StorefrontAdded};
pub use list::{StorefrontList, StorefrontView, is_visible};
pub use revoke::{StorefrontRevoke, StorefrontRevoked};
pub use rotate::{DEFAULT_GRACE, MAX_GRACE, StorefrontRotate, StorefrontRotated};

use crate::ReadView;
use lac_model::access::Storefront;
use lac_model::fault::Fault;
use lac_store::Result;

/// The storefront that is to be changed. The actor must see all of its
/// websites.
fn changeable_storefront(view: &ReadView<'_>, name: &str) -> Result<Storefront> {
    let mut all = view.read.storefronts()?.into_iter();
    let found = all.find(|s| s.name == name && is_visible(view, s));
    let storefront = found.ok_or_else(|| Fault::StorefrontNotFound {
        storefront: name.to_owned(),
    })?;
    let mut websites = storefront.websites.iter();
    if websites.all(|id| view.actor.can_see_website(*id)) {
        return Ok(storefront);
    }
    Err(Fault::BeyondOwnRights {
        what: format!("{name} serves further websites"),
    })
}
