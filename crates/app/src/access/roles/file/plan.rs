//! Plans the changes that make a store match a file. Pure: two states go in, a
//! list of changes comes out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AccessState, RoleState, UserState};
use lac_model::access::Access;
use lac_model::resource::{Resource, ResourceSet};

/// A change: what one command would do, recorded as one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum AccessChange {
    RoleCreate {
        role: String,
        access: Access,
        /// `null` for all.
        websites: Option<BTreeSet<String>>,
    },
    /// Custom access starts without resources.
    RoleAccess {
        role: String,
        before: Access,
        after: Access,
    },
    RoleDeny {
        role: String,
        resources: Vec<Resource>,
    },
    RoleAllow {
        role: String,
        resources: Vec<Resource>,
    },
    /// `null` for all.
    RoleScope {
        role: String,
        before: Option<BTreeSet<String>>,
        after: Option<BTreeSet<String>>,
    },
    RoleDelete {
        role: String,
    },
    /// The new admin user is enabled.
    AdminUserCreate {
        admin_user: String,
        role: String,
        os_account: Option<String>,
        full_name: Option<String>,
    },
    /// A change of the role.
    AdminUserAssign {
        admin_user: String,
        before: String,
        after: String,
    },
    AdminUserEdit {
        admin_user: String,
        before: UserProfile,
        after: UserProfile,
    },
    AdminUserDisable {
        admin_user: String,
    },
    AdminUserEnable {
        admin_user: String,
    },
    AdminUserDelete {
        admin_user: String,
    },
}

/// The editable fields of an admin user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserProfile {
    pub os_account: Option<String>,
    pub full_name: Option<String>,
}

impl UserState {
    fn profile(&self) -> UserProfile {
        UserProfile {
            os_account: self.os_account.clone(),
            full_name: self.full_name.clone(),
        }
    }
}

/// The changes in an order in which each can be made: roles before the users
/// who get them, users who give up an account before those who take it, deleted
/// roles last. Sections that the file lacks stay as they are; with `prune`,
/// entries missing from a section of the file are deleted.
pub(crate) fn plan_changes(
    now: &AccessState,
    wanted: &AccessState,
    prune: bool,
) -> Vec<AccessChange> {
    let mut changes = Vec::new();
    let (none_yet, nobody_yet) = (BTreeMap::new(), BTreeMap::new());
    let roles = now.roles.as_ref().unwrap_or(&none_yet);
    let users = now.users.as_ref().unwrap_or(&nobody_yet);
    for (name, role) in wanted.roles.iter().flatten() {
        plan_role(&mut changes, name, roles.get(name), role);
    }
    if let Some(wanted) = wanted.users.as_ref().filter(|_| prune) {
        let gone = users.keys().filter(|name| !wanted.contains_key(*name));
        changes.extend(gone.map(|name| AccessChange::AdminUserDelete {
            admin_user: name.clone(),
        }));
    }
    let wanted_users = || wanted.users.iter().flatten();
    for (name, user) in wanted_users() {
        if let Some(now) = users.get(name) {
            plan_user(&mut changes, name, now, user);
        }
    }
    for (name, user) in wanted_users().filter(|(name, _)| !users.contains_key(*name)) {
        plan_new_user(&mut changes, name, user);
    }
    if let Some(wanted) = wanted.roles.as_ref().filter(|_| prune) {
        let gone = roles.keys().filter(|name| !wanted.contains_key(*name));
        changes.extend(gone.map(|name| AccessChange::RoleDelete { role: name.clone() }));
    }
    changes
}

fn plan_role(
    changes: &mut Vec<AccessChange>,
    name: &str,
    now: Option<&RoleState>,
    wanted: &RoleState,
) {
    let role = || name.to_owned();
    let mut held = ResourceSet::new();
    match now {
        None => changes.push(AccessChange::RoleCreate {
            role: role(),
            access: wanted.access,
            websites: wanted.websites.clone(),
        }),
        Some(now) if now.access != wanted.access => changes.push(AccessChange::RoleAccess {
            role: role(),
            before: now.access,
            after: wanted.access,
        }),
        Some(now) => held = now.resources.clone(),
    }
    let fewer: Vec<Resource> = held.difference(&wanted.resources).iter().collect();
    if !fewer.is_empty() {
        changes.push(AccessChange::RoleDeny {
            role: role(),
            resources: fewer,
        });
    }
    let more: Vec<Resource> = wanted.resources.difference(&held).iter().collect();
    if !more.is_empty() {
        changes.push(AccessChange::RoleAllow {
            role: role(),
            resources: more,
        });
    }
    if let Some(now) = now
        && now.websites != wanted.websites
    {
        changes.push(AccessChange::RoleScope {
            role: role(),
            before: now.websites.clone(),
            after: wanted.websites.clone(),
        });
    }
}

fn plan_user(changes: &mut Vec<AccessChange>, name: &str, now: &UserState, wanted: &UserState) {
    let admin_user = || name.to_owned();
    // First, so that no later change writes back an account that was freed.
    if now.profile() != wanted.profile() {
        changes.push(AccessChange::AdminUserEdit {
            admin_user: admin_user(),
            before: now.profile(),
            after: wanted.profile(),
        });
    }
    if now.role != wanted.role {
        changes.push(AccessChange::AdminUserAssign {
            admin_user: admin_user(),
            before: now.role.clone(),
            after: wanted.role.clone(),
        });
    }
    match (now.enabled, wanted.enabled) {
        (true, false) => changes.push(AccessChange::AdminUserDisable {
            admin_user: admin_user(),
        }),
        (false, true) => changes.push(AccessChange::AdminUserEnable {
            admin_user: admin_user(),
        }),
        _ => {}
    }
}

fn plan_new_user(changes: &mut Vec<AccessChange>, name: &str, wanted: &UserState) {
    changes.push(AccessChange::AdminUserCreate {
        admin_user: name.to_owned(),
        role: wanted.role.clone(),
        os_account: wanted.os_account.clone(),
        full_name: wanted.full_name.clone(),
    });
    if !wanted.enabled {
        changes.push(AccessChange::AdminUserDisable {
            admin_user: name.to_owned(),
        });
    }
}

/// The numbers of roles and of admin users in the store that the file lacks,
/// counting only sections of the file.
pub(crate) fn count_unmanaged(now: &AccessState, wanted: &AccessState) -> (usize, usize) {
    fn lacking<T>(
        now: Option<&BTreeMap<String, T>>,
        wanted: Option<&BTreeMap<String, T>>,
    ) -> usize {
        let (Some(now), Some(wanted)) = (now, wanted) else {
            return 0;
        };
        now.keys()
            .filter(|name| !wanted.contains_key(*name))
            .count()
    }
    (
        lacking(now.roles.as_ref(), wanted.roles.as_ref()),
        lacking(now.users.as_ref(), wanted.users.as_ref()),
    )
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
