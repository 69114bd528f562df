//! Accounts of storefronts, which redeem login URLs for their websites.

mod add;
mod list;
mod revoke;

pub use add::{StorefrontAdd, StorefrontAdded};
pub use list::{StorefrontList, StorefrontView, is_visible};
pub use revoke::{StorefrontRevoke, StorefrontRevoked};
