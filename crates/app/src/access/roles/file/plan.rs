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
    target: &AccessState,
    prune: bool,
) -> Vec<AccessChange> {
    let mut changes = Vec::new();
    let (none_yet, nobody_yet) = (BTreeMap::new(), BTreeMap::new());
    let roles = now.roles.as_ref().unwrap_or(&none_yet);
    let users = now.users.as_ref().unwrap_or(&nobody_yet);
    for (name, role) in target.roles.iter().flatten() {
        plan_role(&mut changes, name, roles.get(name), role);
    }
    if let Some(target) = target.users.as_ref().filter(|_| prune) {
        let gone = users.keys().filter(|name| !target.contains_key(*name));
        changes.extend(gone.map(|name| AccessChange::AdminUserDelete {
            admin_user: name.clone(),
        }));
    }
    let wanted_users = || target.users.iter().flatten();
    for (name, user) in wanted_users() {
        if let Some(now) = users.get(name) {
            plan_user(&mut changes, name, now, user);
        }
    }
    for (name, user) in wanted_users().filter(|(name, _)| !users.contains_key(*name)) {
        plan_new_user(&mut changes, name, user);
    }
    if let Some(target) = target.roles.as_ref().filter(|_| prune) {
        let gone = roles.keys().filter(|name| !target.contains_key(*name));
        changes.extend(gone.map(|name| AccessChange::RoleDelete { role: name.clone() }));
    }
    changes
}

fn plan_role(
    changes: &mut Vec<AccessChange>,
    name: &str,
    now: Option<&RoleState>,
    target: &RoleState,
) {
    let role = || name.to_owned();
    let mut held = ResourceSet::new();
    match now {
        None => changes.push(AccessChange::RoleCreate {
            role: role(),
            access: target.access,
            websites: target.websites.clone(),
        }),
        Some(now) if now.access != target.access => changes.push(AccessChange::RoleAccess {
            role: role(),
            before: now.access,
            after: target.access,
        }),
        Some(now) => held = now.resources.clone(),
    }
    let fewer: Vec<Resource> = held.difference(&target.resources).iter().collect();
    if !fewer.is_empty() {
        changes.push(AccessChange::RoleDeny {
            role: role(),
            resources: fewer,
        });
    }
    let more: Vec<Resource> = target.resources.difference(&held).iter().collect();
    if !more.is_empty() {
        changes.push(AccessChange::RoleAllow {
            role: role(),
            resources: more,
        });
    }
    if let Some(now) = now
        && now.websites != target.websites
    {
        changes.push(AccessChange::RoleScope {
            role: role(),
            before: now.websites.clone(),
            after: target.websites.clone(),
        });
    }
}

fn plan_user(changes: &mut Vec<AccessChange>, name: &str, now: &UserState, target: &UserState) {
    let admin_user = || name.to_owned();
    // First, so that no later change writes back an account that was freed.
    if now.profile() != target.profile() {
        changes.push(AccessChange::AdminUserEdit {
            admin_user: admin_user(),
            before: now.profile(),
            after: target.profile(),
        });
    }
    if now.role != target.role {
        changes.push(AccessChange::AdminUserAssign {
            admin_user: admin_user(),
            before: now.role.clone(),
            after: target.role.clone(),
        });
    }
    match (now.enabled, target.enabled) {
        (true, false) => changes.push(AccessChange::AdminUserDisable {
            admin_user: admin_user(),
        }),
        (false, true) => changes.push(AccessChange::AdminUserEnable {
            admin_user: admin_user(),
        }),
        _ => {}
    }
}

fn plan_new_user(changes: &mut Vec<AccessChange>, name: &str, target: &UserState) {
    changes.push(AccessChange::AdminUserCreate {
        admin_user: name.to_owned(),
        role: target.role.clone(),
        os_account: target.os_account.clone(),
        full_name: target.full_name.clone(),
    });
    if !target.enabled {
        changes.push(AccessChange::AdminUserDisable {
            admin_user: name.to_owned(),
        });
    }
}

/// The numbers of roles and of admin users in the store that the file lacks,
/// counting only sections of the file.
pub(crate) fn count_unmanaged(now: &AccessState, target: &AccessState) -> (usize, usize) {
    fn lacking<T>(
        now: Option<&BTreeMap<String, T>>,
        target: Option<&BTreeMap<String, T>>,
    ) -> usize {
        let (Some(now), Some(target)) = (now, target) else {
            return 0;
        };
        now.keys()
            .filter(|name| !target.contains_key(*name))
            .count()
    }
    (
        lacking(now.roles.as_ref(), target.roles.as_ref()),
        lacking(now.users.as_ref(), target.users.as_ref()),
    )
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
