//! *Resource Access*: everything, or a set.

use serde::{Deserialize, Serialize};

use super::change::{Changed, change};
use crate::app::Desk;
use crate::domain::access::{Access, Rights};
use crate::domain::audit::Action;
use crate::domain::resource::ResourceSet;
use crate::store::Result;

/// Makes a role's access `all` or `custom`. Custom starts empty.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetAccess {
    pub name: String,
    pub access: Access,
}

impl SetAccess {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `beyond_own_rights`,
    /// `last_administrator`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let access = self.access;
        change(
            desk,
            Action::RoleAccess,
            &self.name,
            |event| event.detail("access", access.as_str()),
            |_| Ok(()),
            |role, ()| {
                if role.rights.access == access {
                    return Ok(role.rights.clone());
                }
                Ok(Rights {
                    access,
                    resources: ResourceSet::new(),
                    scope: role.rights.scope.clone(),
                })
            },
        )
    }
}
