//! *Resource Access* of a role: everything, or a set of resources.

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use super::change::{RoleChanged, change_role};
use super::steps;
use crate::core::confirm::{Confirmation, Impact};
use crate::core::find;
use crate::{Context, ReadView};
use lac_model::access::{Access, Role};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::resource::{Resource, ResourceSet};
use lac_store::Result;

/// Sets a role's access to `all` or `custom`. Custom access starts without
/// resources.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleSetAccess {
    pub name: ShortText,
    pub access: Access,
    #[serde(default)]
    pub confirmation: Confirmation,
}

impl RoleSetAccess {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `beyond_own_rights`,
    /// `last_administrator`; `confirmation_required` if grants are lost, and if
    /// the caller can be asked.
    pub fn run(self, context: &Context<'_>) -> Result<RoleChanged> {
        let (access, confirmation) = (self.access, self.confirmation);
        // The change deletes these.
        let former = Cell::new(ResourceSet::new());
        change_role(
            context,
            Action::RoleAccess,
            &self.name,
            |event| steps::describe_access(event, access),
            |work| {
                let role = find::role(work, &self.name)?;
                former.set(work.read.role_former_resources(role.id)?);
                Ok(())
            },
            |role, ()| Ok(steps::with_access(role, access)),
            |view, before, _| {
                let (impact, what) = access_question(view, before, access, &former.take())?;
                confirmation.require(impact, what)
            },
        )
    }
}

/// The impact of a change of access, and the question to confirm.
pub(super) fn access_question(
    view: &ReadView<'_>,
    role: &Role,
    access: Access,
    former: &ResourceSet,
) -> Result<(Impact, String)> {
    let name = &role.name;
    let users = view.read.admin_users()?;
    let count = users.iter().filter(|user| user.role_id == role.id).count();
    let holders = match count {
        0 => "nobody has it".to_owned(),
        1 => "1 admin user has it".to_owned(),
        n => format!("{n} admin users have it"),
    };
    if access == Access::All {
        let what = format!("give role {name} access to everything ({holders})");
        return Ok((Impact::Broad, what));
    }
    let what =
        format!("take access to everything from role {name} ({holders}); custom starts empty");
    if former.is_empty() {
        return Ok((Impact::Broad, what));
    }
    let lost: Vec<&str> = former.iter().map(Resource::id).collect();
    let lost = lost.join(", ");
    let what = format!("{what}: what it was granted before is lost, too ({lost})");
    Ok((Impact::Irreversible, what))
}
