//! *Resource Access*: everything, or a set.

use serde::{Deserialize, Serialize};

use super::change::{Changed, change};
use super::steps;
use crate::app::Desk;
use crate::domain::access::Access;
use crate::domain::audit::Action;
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
            |event| steps::says_access(event, access),
            |_| Ok(()),
            |role, ()| Ok(steps::with_access(role, access)),
        )
    }
}
