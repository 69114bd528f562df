//! Shows roles.

use serde::{Deserialize, Serialize};

use super::{RoleView, scope_name, website_codes};
use crate::core::find;
use crate::core::page::{Page, PageRequest};
use crate::{Context, read};
use lac_model::access::Access;
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Lists the roles by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RoleList {
    pub part: PageRequest,
}

/// A role in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleSummary {
    pub name: String,
    pub access: Access,
    /// The number of its resources.
    pub resources: usize,
    pub scope: String,
    pub websites: Option<Vec<String>>,
    /// The number of admin users who have it.
    pub users: usize,
}

impl RoleList {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<Page<RoleSummary>> {
        read(context, Action::RoleRead, &[Resource::ACL_ROLES], |view| {
            let users = view.read.admin_users()?;
            Page::from_sorted(
                view.read.roles()?,
                &self.part,
                |role| &role.name,
                |role| {
                    Ok(RoleSummary {
                        access: role.rights.access,
                        resources: Resource::all().filter(|r| role.rights.allows(*r)).count(),
                        scope: scope_name(&role.rights.scope).to_owned(),
                        websites: website_codes(view, &role.rights.scope)?,
                        users: users.iter().filter(|u| u.role_id == role.id).count(),
                        name: role.name,
                    })
                },
            )
        })
    }
}

/// Shows one role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleShow {
    pub name: ShortText,
}

impl RoleShow {
    /// # Errors
    /// `resource_denied`, `role_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<RoleView> {
        read(context, Action::RoleRead, &[Resource::ACL_ROLES], |view| {
            RoleView::from_role(view, &find::role(view, &self.name)?)
        })
    }
}
