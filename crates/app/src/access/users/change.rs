//! Another role, disabled, enabled: what every change of an admin user has in
//! common.

use serde::{Deserialize, Serialize};

use super::{UserView, steps};
use crate::access::rights::{FullAdministrators, role_of_user};
use crate::core::find;
use crate::core::sessions;
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_model::access::AdminUser;
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_store::{Act, AdminUserWrite, Covers, Result, SessionWrite};

/// An admin user after a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserChanged {
    #[serde(flatten)]
    pub user: UserView,
    pub changed: bool,
    /// Sessions that ended because their agent lost what they stood on.
    pub sessions_ended: usize,
}

/// Gives an admin user another role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserAssign {
    pub name: ShortText,
    pub role: ShortText,
}

impl UserAssign {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `role_not_found`,
    /// `beyond_own_rights`, `last_administrator`.
    pub fn run(self, context: &Context<'_>) -> Result<UserChanged> {
        change_user(
            context,
            Action::AdminUserAssign,
            &self.name,
            |event| steps::describe_role(event, &self.role),
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
pub struct UserSetEnabled {
    pub name: ShortText,
    pub enabled: bool,
}

impl UserSetEnabled {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `beyond_own_rights`,
    /// `last_administrator`.
    pub fn run(self, context: &Context<'_>) -> Result<UserChanged> {
        let action = if self.enabled {
            Action::AdminUserEnable
        } else {
            Action::AdminUserDisable
        };
        change_user(
            context,
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
pub fn change_user(
    context: &Context<'_>,
    action: Action,
    name: &str,
    fill: impl FnOnce(&mut Event),
    adjust: impl FnOnce(&UnitOfWork<'_>, &mut AdminUser) -> Result<()>,
) -> Result<UserChanged> {
    let fill = |event: &mut Event| {
        steps::describe_user(event, name);
        fill(event);
    };
    write::<UserChange, _>(context, action, fill, |work, permit| {
        let before = find::admin_user(work, name)?;
        let mut after = before.clone();
        adjust(work, &mut after)?;
        let (had, has) = (role_of_user(work, &before)?, role_of_user(work, &after)?);
        let ways_in = FullAdministrators::load(work)?;
        let step = steps::change_user(work, &permit.narrow(), (&before, &had), (&after, &has))?;
        let Some(recorded) = step else {
            let user = UserView::from_user(work, after)?;
            return Ok(WriteOutcome::Unchanged(UserChanged {
                user,
                changed: false,
                sessions_ended: 0,
            }));
        };
        ways_in.require_one_left(work)?;
        let sessions_ended = sessions::end_without_access(work, &permit.narrow())?;
        let answer = UserChanged {
            user: UserView::from_user(work, after)?,
            changed: true,
            sessions_ended,
        };
        Ok(WriteOutcome::Recorded(answer, recorded))
    })
}
