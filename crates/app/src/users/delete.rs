//! An admin user who goes.

use serde::{Deserialize, Serialize};

use super::steps;
use crate::rights::{WaysIn, role_of};
use crate::{Desk, Done, act, find, sessions};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Result, SessionWrite};

/// Deletes an admin user and their tokens. What they did stays in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delete {
    pub name: ShortText,
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

impl Act for Delete {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_USERS];
}

impl Covers<steps::Deletion> for Delete {}
impl Covers<SessionWrite> for Delete {}

impl Delete {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `beyond_own_rights`,
    /// `last_administrator`, `confirmation_required`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Deleted> {
        let name = self.name;
        let fill = |event: &mut Event| steps::about(event, &name);
        act::<Self, _>(desk, Action::AdminUserDelete, fill, |work, permit| {
            let user = find::admin_user(work, &name)?;
            let role = role_of(work, &user)?;
            let ways_in = WaysIn::now(work)?;
            let recorded = steps::delete(work, &permit.narrow(), &user, &role)?;
            ways_in.must_remain(work)?;
            if !self.confirmed {
                return Err(Fault::ConfirmationRequired {
                    what: format!("delete admin user {name}"),
                });
            }
            let sessions_ended = sessions::end_where_access_is_lost(work, &permit.narrow())?;
            let answer = Deleted {
                name: name.clone().into(),
                changed: true,
                sessions_ended,
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }
}
