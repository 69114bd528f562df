//! A new admin user.

use serde::{Deserialize, Serialize};

use super::{Changed, UserView, account, full_name};
use crate::app::rights::may_give;
use crate::app::{Desk, Done, act, find, names};
use crate::domain::access::AdminUser;
use crate::domain::audit::{Action, Event};
use crate::domain::fault::Fault;
use crate::domain::resource::Resource;
use crate::store::Result;

/// Creates an admin user, enabled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    pub name: String,
    pub role: String,
    pub os_account: Option<String>,
    pub full_name: Option<String>,
}

impl Create {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `beyond_own_rights`,
    /// `already_exists` (name or account), `invalid_value`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let name = names::checked("admin user", &self.name)?;
        let os_account = account(self.os_account.as_deref().unwrap_or_default())?;
        let full_name = full_name(self.full_name.as_deref().unwrap_or_default())?;
        let fill = |event: &mut Event| {
            event.detail("admin_user", name.clone());
            event.detail("role", self.role.clone());
            event.detail("os_account", os_account.clone());
        };
        let (action, needs) = (Action::AdminUserCreate, [Resource::ACL_USERS]);
        act(desk, action, &needs, fill, |work, permit| {
            let role = find::role(work, &self.role)?;
            may_give(
                work,
                &role.rights,
                &format!("what role {} holds", role.name),
            )?;
            if work.read.admin_user_by_name(&name)?.is_some() {
                return Err(Fault::AlreadyExists {
                    what: format!("admin user {name}"),
                });
            }
            let mut user = AdminUser {
                id: 0,
                name: name.clone(),
                full_name: full_name.clone(),
                role_id: role.id,
                os_account: os_account.clone(),
                enabled: true,
                created_at: work.now,
            };
            user.id = work.tx.admin_user_put(permit, &user)?;
            work.draft.detail("admin_user_id", user.id);
            let recorded = work.record()?;
            let answer = Changed {
                user: UserView::of(work, user)?,
                changed: true,
                sessions_ended: 0,
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }
}
