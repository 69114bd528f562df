//! Deletes a role.

use serde::{Deserialize, Serialize};

use super::steps;
use crate::core::find;
use crate::{Context, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Result, RoleWrite};

/// Deletes a role that nobody has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleDelete {
    pub name: ShortText,
    /// Whether the caller has confirmed it.
    pub confirmed: bool,
}

/// The deleted role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleDeleted {
    pub name: String,
    pub changed: bool,
}

impl Act for RoleDelete {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_ROLES];
}

impl Covers<RoleWrite> for RoleDelete {}

impl RoleDelete {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `beyond_own_rights`, `in_use`,
    /// `confirmation_required`.
    pub fn run(self, context: &Context<'_>) -> Result<RoleDeleted> {
        let name = self.name;
        let fill = |event: &mut Event| steps::describe_role(event, &name);
        write::<Self, _>(context, Action::RoleDelete, fill, |work, permit| {
            let role = find::role(work, &name)?;
            let users = work.read.admin_users()?.into_iter();
            let users: Vec<String> = users
                .filter(|user| user.role_id == role.id)
                .map(|user| user.name)
                .collect();
            let recorded = steps::delete_role(work, &permit.narrow(), &role, &users)?;
            if !self.confirmed {
                return Err(Fault::ConfirmationRequired {
                    what: format!("delete role {name}"),
                });
            }
            let name = name.clone();
            let changed = true;
            Ok(WriteOutcome::Recorded(
                RoleDeleted {
                    name: name.into(),
                    changed,
                },
                recorded,
            ))
        })
    }
}
