//! An admin user who goes.

use serde::{Deserialize, Serialize};

use super::change::summary;
use crate::app::rights::{WaysIn, may_change, role_of};
use crate::app::{Desk, Done, act, find, sessions};
use crate::domain::audit::{Action, Event};
use crate::domain::fault::Fault;
use crate::domain::resource::Resource;
use crate::store::Result;

/// Deletes an admin user and their tokens. What they did stays in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delete {
    pub name: String,
    /// Whether whoever asks has confirmed it.
    pub confirmed: bool,
}

/// The admin user who is gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deleted {
    pub name: String,
    pub changed: bool,
    pub sessions_ended: usize,
}

impl Delete {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `beyond_own_rights`,
    /// `last_administrator`, `confirmation_required`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Deleted> {
        let name = self.name;
        let fill = |event: &mut Event| event.detail("admin_user", name.clone());
        let (action, needs) = (Action::AdminUserDelete, [Resource::ACL_USERS]);
        act(desk, action, &needs, fill, |work, permit| {
            let user = find::admin_user(work, &name)?;
            may_change(work, &role_of(work, &user)?.rights, &user.name)?;
            let before = summary(work, &user)?;
            work.draft.detail("before", before);
            let ways_in = WaysIn::now(work)?;
            work.tx.admin_user_remove(permit, user.id)?;
            ways_in.must_remain(work)?;
            if !self.confirmed {
                return Err(Fault::ConfirmationRequired {
                    what: format!("delete admin user {name}"),
                });
            }
            let recorded = work.record()?;
            let sessions_ended = sessions::end_where_access_is_lost(work, permit)?;
            let answer = Deleted {
                name: name.clone(),
                changed: true,
                sessions_ended,
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }
}
