//! A new admin user.

use serde::{Deserialize, Serialize};

use super::{Changed, UserView, account, full_name, steps};
use crate::{Desk, Done, act, find, names};
use lac_model::audit::{Action, Event};
use lac_model::form::{PersonName, ShortText};
use lac_model::resource::Resource;
use lac_store::{Act, AdminUserWrite, Covers, Result};

/// Creates an admin user, enabled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    pub name: ShortText,
    pub role: ShortText,
    pub os_account: Option<ShortText>,
    pub full_name: Option<PersonName>,
}

impl Act for Create {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_USERS];
}

impl Covers<AdminUserWrite> for Create {}

impl Create {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `beyond_own_rights`,
    /// `already_exists` (name or account), `invalid_value`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let name = names::checked("admin user", &self.name)?;
        let os_account = account(self.os_account.as_deref().unwrap_or_default())?;
        let full_name = self.full_name.as_ref().and_then(full_name);
        let fill = |event: &mut Event| {
            steps::about(event, &name);
            steps::says_new(event, &self.role, os_account.as_deref());
        };
        act::<Self, _>(desk, Action::AdminUserCreate, fill, |work, permit| {
            let role = find::role(work, &self.role)?;
            let new = steps::New {
                name: &name,
                os_account: os_account.as_deref(),
                full_name: full_name.as_deref(),
            };
            let (user, recorded) = steps::create(work, &permit.narrow(), &new, &role)?;
            let answer = Changed {
                user: UserView::of(work, user)?,
                changed: true,
                sessions_ended: 0,
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }
}
