//! Changes an admin user: role, enabled or disabled.

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

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserChanged {
    #[serde(flatten)]
    pub user: UserView,
    pub changed: bool,
    /// Sessions that ended because their agent lost access.
    pub sessions_ended: usize,
}

/// Assigns another role to an admin user.
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

/// Disables or enables an admin user. Their tokens are suspended while they are
/// disabled.
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

struct UserChange;

impl Act for UserChange {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_USERS];
}

impl Covers<AdminUserWrite> for UserChange {}
impl Covers<SessionWrite> for UserChange {}

/// Changes an admin user: finds them, calls `adjust` to change the fields (and
/// look up what the request names), and checks the actor's rights. An
/// administrator must be left.
pub(super) fn change_user(
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
        let administrators = FullAdministrators::load(work)?;
        let step = steps::change_user(work, &permit.narrow(), (&before, &had), (&after, &has))?;
        let Some(recorded) = step else {
            let user = UserView::from_user(work, after)?;
            return Ok(WriteOutcome::Unchanged(UserChanged {
                user,
                changed: false,
                sessions_ended: 0,
            }));
        };
        administrators.require_one_left(work)?;
        let sessions_ended = sessions::end_without_access(work, &permit.narrow())?;
        let answer = UserChanged {
            user: UserView::from_user(work, after)?,
            changed: true,
            sessions_ended,
        };
        Ok(WriteOutcome::Recorded(answer, recorded))
    })
}
