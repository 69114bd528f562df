//! The actor and the caller of an event.

use super::context::Caller;
use lac_model::access::{Actor, Identity};
use lac_model::audit::Event;

/// Sets the actor. A storefront is not an admin user, so it is named in the
/// details.
pub(super) fn set_actor(event: &mut Event, actor: &Actor) {
    match actor.identity {
        Identity::AdminUser(id) => {
            event.admin = Some(actor.name.clone());
            event.admin_id = Some(id);
            event.role.clone_from(&actor.role);
        }
        Identity::Storefront(_) => event.add_detail("storefront", actor.name.clone()),
        Identity::Upkeep => {}
    }
}

pub(super) fn set_caller(event: &mut Event, caller: &Caller) {
    event.ip_address.clone_from(&caller.ip_address);
    event.os_account.clone_from(&caller.os_account);
    event.login_uid = caller.login_uid;
}
