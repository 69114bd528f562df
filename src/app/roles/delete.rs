//! A role that goes.

use serde::{Deserialize, Serialize};

use super::summary;
use crate::app::rights::may_change;
use crate::app::{Desk, Done, act, find};
use crate::domain::audit::{Action, Event};
use crate::domain::fault::Fault;
use crate::domain::resource::Resource;
use crate::store::Result;

/// Deletes a role that nobody has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delete {
    pub name: String,
    /// Whether whoever asks has confirmed it.
    pub confirmed: bool,
}

/// The role that is gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deleted {
    pub name: String,
    pub changed: bool,
}

impl Delete {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `beyond_own_rights`, `in_use`,
    /// `confirmation_required`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Deleted> {
        let name = self.name;
        let fill = |event: &mut Event| event.detail("role", name.clone());
        let needs = [Resource::ACL_ROLES];
        act(desk, Action::RoleDelete, &needs, fill, |work, permit| {
            let role = find::role(work, &name)?;
            may_change(work, &role.rights, &format!("role {name}"))?;
            let users = work.read.admin_users()?.into_iter();
            let users: Vec<String> = users
                .filter(|user| user.role_id == role.id)
                .map(|user| user.name)
                .collect();
            if !users.is_empty() {
                return Err(Fault::InUse {
                    what: format!("role {name}"),
                    by: users.join(", "),
                });
            }
            if !self.confirmed {
                return Err(Fault::ConfirmationRequired {
                    what: format!("delete role {name}"),
                });
            }
            let before = summary(work, &role.rights)?;
            work.draft.detail("before", before);
            work.tx.role_remove(permit, role.id)?;
            let recorded = work.record()?;
            let name = name.clone();
            let changed = true;
            Ok(Done::Recorded(Deleted { name, changed }, recorded))
        })
    }
}
