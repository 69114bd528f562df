//! Creates an admin user.

use serde::{Deserialize, Serialize};

use super::{UserChanged, UserView, parse_full_name, parse_os_account, steps};
use crate::core::{find, names};
use crate::{Context, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{PersonName, ShortText};
use lac_model::resource::Resource;
use lac_store::{Act, AdminUserWrite, Covers, Result};

/// Creates an enabled admin user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserCreate {
    pub name: ShortText,
    pub role: ShortText,
    pub os_account: Option<ShortText>,
    pub full_name: Option<PersonName>,
}

impl Act for UserCreate {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_USERS];
}

impl Covers<AdminUserWrite> for UserCreate {}

impl UserCreate {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `beyond_own_rights`,
    /// `already_exists` (name or account), `invalid_value`.
    pub fn run(self, context: &Context<'_>) -> Result<UserChanged> {
        let name = names::check_name("admin user", &self.name)?;
        let os_account = parse_os_account(self.os_account.as_deref().unwrap_or_default())?;
        let full_name = self.full_name.as_ref().and_then(parse_full_name);
        let fill = |event: &mut Event| {
            steps::describe_user(event, &name);
            steps::describe_new_user(event, &self.role, os_account.as_deref());
        };
        write::<Self, _>(context, Action::AdminUserCreate, fill, |work, permit| {
            let role = find::role(work, &self.role)?;
            let new = steps::NewUser {
                name: &name,
                os_account: os_account.as_deref(),
                full_name: full_name.as_deref(),
            };
            let (user, recorded) = steps::create_user(work, &permit.narrow(), &new, &role)?;
            let answer = UserChanged {
                user: UserView::from_user(work, user)?,
                changed: true,
                sessions_ended: 0,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}
