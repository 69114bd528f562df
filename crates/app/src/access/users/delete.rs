//! Deletes an admin user.

use serde::{Deserialize, Serialize};

use super::steps;
use crate::access::rights::{FullAdministrators, role_of_user};
use crate::core::find;
use crate::core::sessions;
use crate::{Context, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Result, SessionWrite};

/// Deletes an admin user and their tokens. Their events stay in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserDelete {
    pub name: ShortText,
    /// Whether the caller has confirmed it.
    pub confirmed: bool,
}

/// The deleted admin user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserDeleted {
    pub name: String,
    pub changed: bool,
    pub sessions_ended: usize,
}

impl Act for UserDelete {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_USERS];
}

impl Covers<steps::UserDeletion> for UserDelete {}
impl Covers<SessionWrite> for UserDelete {}

impl UserDelete {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `beyond_own_rights`,
    /// `last_administrator`, `confirmation_required`.
    pub fn run(self, context: &Context<'_>) -> Result<UserDeleted> {
        let name = self.name;
        let fill = |event: &mut Event| steps::describe_user(event, &name);
        write::<Self, _>(context, Action::AdminUserDelete, fill, |work, permit| {
            let user = find::admin_user(work, &name)?;
            let role = role_of_user(work, &user)?;
            let administrators = FullAdministrators::load(work)?;
            let recorded = steps::delete_user(work, &permit.narrow(), &user, &role)?;
            administrators.require_one_left(work)?;
            if !self.confirmed {
                return Err(Fault::ConfirmationRequired {
                    what: format!("delete admin user {name}"),
                });
            }
            let sessions_ended = sessions::end_without_access(work, &permit.narrow())?;
            let answer = UserDeleted {
                name: name.clone().into(),
                changed: true,
                sessions_ended,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}
