//! Another role, disabled, enabled: what every change of an admin user has in
//! common.

use serde::{Deserialize, Serialize};

use super::{UserView, steps};
use crate::rights::{WaysIn, role_of};
use crate::{Desk, Done, Work, act, find, sessions};
use lac_model::access::AdminUser;
use lac_model::audit::{Action, Event};
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_store::{Act, AdminUserWrite, Covers, Result, SessionWrite};

/// An admin user after a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Changed {
    #[serde(flatten)]
    pub user: UserView,
    pub changed: bool,
    /// Sessions that ended because their agent lost what they stood on.
    pub sessions_ended: usize,
}

/// Gives an admin user another role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assign {
    pub name: ShortText,
    pub role: ShortText,
}

impl Assign {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `role_not_found`,
    /// `beyond_own_rights`, `last_administrator`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        change(
            desk,
            Action::AdminUserAssign,
            &self.name,
            |event| steps::says_role(event, &self.role),
            |work, user| {
                user.role_id = find::role(work, &self.role)?.id;
                Ok(())
            },
        )
    }
}

/// Disables or enables an admin user; tokens are suspended and count again
/// with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetEnabled {
    pub name: ShortText,
    pub enabled: bool,
}

impl SetEnabled {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `beyond_own_rights`,
    /// `last_administrator`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let action = if self.enabled {
            Action::AdminUserEnable
        } else {
            Action::AdminUserDisable
        };
        change(
            desk,
            action,
            &self.name,
            |_| {},
            |_, user| {
                user.enabled = self.enabled;
                Ok(())
            },
        )
    }
}

/// Any change of an admin user.
struct UserChange;

impl Act for UserChange {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_USERS];
}

impl Covers<AdminUserWrite> for UserChange {}
impl Covers<SessionWrite> for UserChange {}

/// Finds the admin user; lets `adjust` change it (looking up what was named);
/// asks whether the actor may; keeps the last way in open.
pub fn change(
    desk: &Desk<'_>,
    action: Action,
    name: &str,
    fill: impl FnOnce(&mut Event),
    adjust: impl FnOnce(&Work<'_>, &mut AdminUser) -> Result<()>,
) -> Result<Changed> {
    let fill = |event: &mut Event| {
        steps::about(event, name);
        fill(event);
    };
    act::<UserChange, _>(desk, action, fill, |work, permit| {
        let before = find::admin_user(work, name)?;
        let mut after = before.clone();
        adjust(work, &mut after)?;
        let (had, has) = (role_of(work, &before)?, role_of(work, &after)?);
        let ways_in = WaysIn::now(work)?;
        let step = steps::change(work, &permit.narrow(), (&before, &had), (&after, &has))?;
        let Some(recorded) = step else {
            let user = UserView::of(work, after)?;
            return Ok(Done::Unchanged(Changed {
                user,
                changed: false,
                sessions_ended: 0,
            }));
        };
        ways_in.must_remain(work)?;
        let sessions_ended = sessions::end_where_access_is_lost(work, &permit.narrow())?;
        let answer = Changed {
            user: UserView::of(work, after)?,
            changed: true,
            sessions_ended,
        };
        Ok(Done::Recorded(answer, recorded))
    })
}
