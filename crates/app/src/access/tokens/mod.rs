//! Access tokens of admin users, for scripts and for programs acting on their
//! behalf.

mod create;
pub mod lineage;
mod list;
mod revoke;
pub mod shown_once;

pub use create::{DEFAULT_LIFETIME, MAX_LIFETIME, TokenCreate, TokenCreated};
pub use list::{TokenList, TokenView};
pub use revoke::{TokenRevoke, TokenRevoked, TokenSelection};

use super::rights::{check_may_change, role_of_user};
use crate::ReadView;
use crate::core::find;
use lac_model::access::{Access, AdminUser, Rights};
use lac_model::resource::Resource;
use lac_store::Result;

/// The resources that a token is limited to; `None` if there is no limit.
fn limited_resources(limit: &Rights) -> Option<Vec<Resource>> {
    let is_limited = limit.access == Access::Custom;
    is_limited.then(|| limit.resources.iter().collect())
}

/// Whether `name` is the actor's own name. A storefront can have the same name
/// as an admin user, so it never matches.
fn is_actor_name(view: &ReadView<'_>, name: &str) -> bool {
    view.actor.admin_id().is_some() && view.actor.name == name
}

/// The admin user whose tokens are to be changed: the actor, or somebody with
/// no more rights than the actor.
fn changeable_owner(view: &ReadView<'_>, name: &str) -> Result<AdminUser> {
    if is_actor_name(view, name) {
        return find::admin_user(view, name);
    }
    view.require(Resource::ACL_USERS)?;
    let user = find::admin_user(view, name)?;
    check_may_change(view, &role_of_user(view, &user)?.rights, &user.name)?;
    Ok(user)
}
