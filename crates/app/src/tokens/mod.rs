//! Personal access tokens of admin users: for scripts and second actors.

mod create;
pub mod lineage;
mod list;
mod revoke;
pub mod shown_once;

pub use create::{Create, Created, DEFAULT_LIFETIME, MAX_LIFETIME};
pub use list::{List, TokenState, TokenView};
pub use revoke::{Revoke, Revoked, Which};

use super::rights::{may_change, role_of};
use super::{View, find};
use lac_model::access::{Access, AdminUser, Rights};
use lac_model::resource::Resource;
use lac_store::Result;

/// The resources a limit names; `None` for any.
fn resources(limit: &Rights) -> Option<Vec<Resource>> {
    let is_limited = limit.access == Access::Custom;
    is_limited.then(|| limit.resources.iter().collect())
}

/// Whether `name` is the actor's own. A storefront may be called like an admin
/// user and is none.
fn is_own(view: &View<'_>, name: &str) -> bool {
    view.actor.admin_id().is_some() && view.actor.name == name
}

/// The admin user whose tokens are to be changed: oneself, or somebody all of
/// whose rights one holds.
///
/// # Errors
/// `resource_denied`, `admin_user_not_found`, `beyond_own_rights`.
fn owner(view: &View<'_>, name: &str) -> Result<AdminUser> {
    if is_own(view, name) {
        return find::admin_user(view, name);
    }
    view.demand(Resource::ACL_USERS)?;
    let user = find::admin_user(view, name)?;
    may_change(view, &role_of(view, &user)?.rights, &user.name)?;
    Ok(user)
}
