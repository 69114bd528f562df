//! Storefronts' own accounts: they redeem login URLs for their websites.

mod add;
mod list;
mod revoke;

pub use add::{Add, Added};
pub use list::{List, StorefrontView, exists_for};
pub use revoke::{Revoke, Revoked};
