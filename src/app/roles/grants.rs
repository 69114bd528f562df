//! Single resources of a custom role.

use serde::{Deserialize, Serialize};

use super::change::{Changed, change};
use super::named;
use crate::app::Desk;
use crate::domain::access::Access;
use crate::domain::audit::Action;
use crate::domain::fault::Fault;
use crate::store::Result;

/// Gives a role resources, each for itself or with what is beneath it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Allow {
    pub name: String,
    /// Full ids or unambiguous endings of them.
    pub resources: Vec<String>,
    pub with_children: bool,
}

/// Takes resources from a role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deny {
    pub name: String,
    pub resources: Vec<String>,
    pub with_children: bool,
}

impl Allow {
    /// A role with access to everything holds them already: unchanged.
    ///
    /// # Errors
    /// `resource_denied`, `role_not_found`, `resource_not_found`,
    /// `beyond_own_rights`, `invalid_value`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        change(
            desk,
            Action::RoleAllow,
            &self.name,
            |event| event.detail("resources", self.resources.clone()),
            |_| named(&self.resources, self.with_children),
            |role, resources| {
                let mut rights = role.rights.clone();
                if rights.access == Access::Custom {
                    rights.resources.extend(resources);
                }
                Ok(rights)
            },
        )
    }
}

impl Deny {
    /// # Errors
    /// As [`Allow::run`]; `role_holds_all` where there is no set to take from.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        change(
            desk,
            Action::RoleDeny,
            &self.name,
            |event| event.detail("resources", self.resources.clone()),
            |_| named(&self.resources, self.with_children),
            |role, resources| {
                if role.rights.access == Access::All {
                    return Err(Fault::RoleHoldsAll {
                        role: role.name.clone(),
                    });
                }
                let mut rights = role.rights.clone();
                for resource in resources {
                    rights.resources.remove(resource);
                }
                Ok(rights)
            },
        )
    }
}
