//! The roles and admin users of a store, read once for a whole file and kept up
//! to date while it is applied.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{AccessState, FileSection, RoleState, UserState};
use crate::ReadView;
use crate::core::find;
use lac_model::access::{Access, AdminUser, Role, RoleScope};
use lac_model::fault::Fault;
use lac_model::resource::ResourceSet;
use lac_store::Result;

#[derive(Debug)]
pub(crate) struct AccessDirectory {
    roles: HashMap<String, Role>,
    /// Role names by id.
    names: HashMap<i64, String>,
    users: HashMap<String, AdminUser>,
    /// Admin user names by account.
    accounts: HashMap<String, String>,
}

impl AccessDirectory {
    pub(crate) fn load(view: &ReadView<'_>) -> Result<Self> {
        let mut directory = Self {
            roles: HashMap::new(),
            names: HashMap::new(),
            users: HashMap::new(),
            accounts: HashMap::new(),
        };
        for role in view.read.roles()? {
            directory.put_role(role);
        }
        for user in view.read.admin_users()? {
            directory.put_user(user);
        }
        Ok(directory)
    }

    /// The stored state of these sections, in the form a file has.
    pub(crate) fn state(&self, view: &ReadView<'_>, parts: &[FileSection]) -> Result<AccessState> {
        let roles = parts.contains(&FileSection::Roles);
        let users = parts.contains(&FileSection::Users);
        Ok(AccessState {
            roles: roles.then(|| self.role_states(view)).transpose()?,
            users: users.then(|| self.user_states()).transpose()?,
        })
    }

    fn role_states(&self, view: &ReadView<'_>) -> Result<BTreeMap<String, RoleState>> {
        let tree = view.store_tree()?;
        let seen = tree
            .websites
            .iter()
            .filter(|w| view.actor.can_see_website(w.id));
        let seen: HashMap<i64, &str> = seen.map(|w| (w.id, w.code.as_str())).collect();
        let state = |role: &Role| {
            let code = |id: &i64| seen.get(id).map(|code| (*code).to_owned());
            RoleState {
                access: role.rights.access,
                resources: match role.rights.access {
                    Access::All => ResourceSet::new(),
                    Access::Custom => role.rights.resources.clone(),
                },
                websites: role
                    .rights
                    .scope
                    .websites()
                    .map(|ids| ids.iter().filter_map(code).collect()),
            }
        };
        let roles = self.roles.iter();
        Ok(roles
            .map(|(name, role)| (name.clone(), state(role)))
            .collect())
    }

    fn user_states(&self) -> Result<BTreeMap<String, UserState>> {
        let state = |user: &AdminUser| -> Result<UserState> {
            Ok(UserState {
                role: self.role_of(user)?.name.clone(),
                full_name: user.full_name.clone(),
                os_account: user.os_account.clone(),
                enabled: user.enabled,
            })
        };
        let users = self.users.iter();
        users
            .map(|(name, user)| Ok((name.clone(), state(user)?)))
            .collect()
    }

    pub(crate) fn has_role(&self, name: &str) -> bool {
        self.roles.contains_key(name)
    }

    pub(crate) fn role(&self, name: &str) -> Result<&Role> {
        self.roles.get(name).ok_or_else(|| Fault::RoleNotFound {
            role: name.to_owned(),
        })
    }

    pub(crate) fn user(&self, name: &str) -> Result<&AdminUser> {
        self.users
            .get(name)
            .ok_or_else(|| Fault::AdminUserNotFound {
                admin_user: name.to_owned(),
            })
    }

    pub(crate) fn role_of(&self, user: &AdminUser) -> Result<&Role> {
        let name = self.names.get(&user.role_id);
        let role = name.and_then(|name| self.roles.get(name));
        role.ok_or_else(|| Fault::internal("an admin user without a role"))
    }

    /// The admin user who has an operating-system account.
    pub(crate) fn holder_of(&self, account: &str) -> Option<&str> {
        self.accounts.get(account).map(String::as_str)
    }

    /// Names of admin users by role id, sorted.
    pub(crate) fn holders(&self) -> HashMap<i64, Vec<String>> {
        let mut holders: HashMap<i64, Vec<String>> = HashMap::new();
        for user in self.users.values() {
            holders
                .entry(user.role_id)
                .or_default()
                .push(user.name.clone());
        }
        for names in holders.values_mut() {
            names.sort();
        }
        holders
    }

    /// The scope a file gives, with ids. Websites of the role that the actor
    /// cannot see are kept.
    pub(crate) fn resolve_scope(
        view: &ReadView<'_>,
        websites: Option<&BTreeSet<String>>,
        now: Option<&Role>,
    ) -> Result<RoleScope> {
        let Some(codes) = websites else {
            return Ok(RoleScope::All);
        };
        let found = codes.iter().map(|code| Ok(find::website(view, code)?.id));
        let mut ids = found.collect::<Result<Vec<i64>>>()?;
        let has = now.and_then(|role| role.rights.scope.websites());
        let hidden = has
            .into_iter()
            .flatten()
            .filter(|id| !view.actor.can_see_website(**id));
        ids.extend(hidden);
        ids.sort_unstable();
        ids.dedup();
        Ok(RoleScope::Websites(ids))
    }

    pub(crate) fn put_role(&mut self, role: Role) {
        self.names.insert(role.id, role.name.clone());
        self.roles.insert(role.name.clone(), role);
    }

    pub(crate) fn remove_role(&mut self, name: &str) {
        if let Some(role) = self.roles.remove(name) {
            self.names.remove(&role.id);
        }
    }

    pub(crate) fn put_user(&mut self, user: AdminUser) {
        if let Some(account) = &user.os_account {
            self.accounts.insert(account.clone(), user.name.clone());
        }
        self.users.insert(user.name.clone(), user);
    }

    pub(crate) fn remove_user(&mut self, name: &str) {
        self.users.remove(name);
    }
}
