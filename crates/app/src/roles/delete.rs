//! A role that goes.

use serde::{Deserialize, Serialize};

use super::steps;
use crate::{Desk, Done, act, find};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Result, RoleWrite};

/// Deletes a role that nobody has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delete {
    pub name: ShortText,
    /// Whether whoever asks has confirmed it.
    pub confirmed: bool,
}

/// The role that is gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deleted {
    pub name: String,
    pub changed: bool,
}

impl Act for Delete {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_ROLES];
}

impl Covers<RoleWrite> for Delete {}

impl Delete {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `beyond_own_rights`, `in_use`,
    /// `confirmation_required`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Deleted> {
        let name = self.name;
        let fill = |event: &mut Event| steps::about(event, &name);
        act::<Self, _>(desk, Action::RoleDelete, fill, |work, permit| {
            let role = find::role(work, &name)?;
            let users = work.read.admin_users()?.into_iter();
            let users: Vec<String> = users
                .filter(|user| user.role_id == role.id)
                .map(|user| user.name)
                .collect();
            let recorded = steps::delete(work, &permit.narrow(), &role, &users)?;
            if !self.confirmed {
                return Err(Fault::ConfirmationRequired {
                    what: format!("delete role {name}"),
                });
            }
            let name = name.clone();
            let changed = true;
            Ok(Done::Recorded(
                Deleted {
                    name: name.into(),
                    changed,
                },
                recorded,
            ))
        })
    }
}
