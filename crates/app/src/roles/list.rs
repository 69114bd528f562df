//! Roles shown.

use serde::{Deserialize, Serialize};

use super::{RoleView, codes, scope_word};
use crate::page::{Page, Part};
use crate::{Desk, find, look};
use lac_model::access::Access;
use lac_model::audit::Action;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Asks for the roles, ordered by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    pub part: Part,
}

/// A role in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleRow {
    pub name: String,
    pub access: Access,
    /// How many resources it holds.
    pub resources: usize,
    pub scope: String,
    pub websites: Option<Vec<String>>,
    /// How many admin users have it.
    pub users: usize,
}

impl List {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Page<RoleRow>> {
        look(desk, Action::RoleRead, &[Resource::ACL_ROLES], |view| {
            let users = view.read.admin_users()?;
            Page::cut(
                view.read.roles()?,
                &self.part,
                |role| &role.name,
                |role| {
                    Ok(RoleRow {
                        access: role.rights.access,
                        resources: Resource::all().filter(|r| role.rights.hold(*r)).count(),
                        scope: scope_word(&role.rights.scope).to_owned(),
                        websites: codes(view, &role.rights.scope)?,
                        users: users.iter().filter(|u| u.role_id == role.id).count(),
                        name: role.name,
                    })
                },
            )
        })
    }
}

/// Asks for one role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Show {
    pub name: ShortText,
}

impl Show {
    /// # Errors
    /// `resource_denied`, `role_not_found`.
    pub fn run(self, desk: &Desk<'_>) -> Result<RoleView> {
        look(desk, Action::RoleRead, &[Resource::ACL_ROLES], |view| {
            RoleView::of(view, &find::role(view, &self.name)?)
        })
    }
}
