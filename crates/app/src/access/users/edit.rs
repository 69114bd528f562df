//! Edits an admin user's account and full name.

use serde::{Deserialize, Serialize};

use super::change::{UserChanged, change_user};
use super::{parse_full_name, parse_os_account};
use crate::Context;
use lac_model::audit::Action;
use lac_model::bounded::{PersonName, ShortText};
use lac_store::Result;

/// Sets account and full name; an empty value removes them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserEdit {
    pub name: ShortText,
    pub os_account: Option<ShortText>,
    pub full_name: Option<PersonName>,
}

impl UserEdit {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `beyond_own_rights`,
    /// `already_exists` (account), `invalid_value`, `last_administrator`.
    pub fn run(self, context: &Context<'_>) -> Result<UserChanged> {
        let os_account = self
            .os_account
            .as_deref()
            .map(parse_os_account)
            .transpose()?;
        let full_name = self.full_name.as_ref().map(parse_full_name);
        change_user(
            context,
            Action::AdminUserEdit,
            &self.name,
            |_| {},
            |_, user| {
                if let Some(os_account) = os_account {
                    user.os_account = os_account;
                }
                if let Some(full_name) = full_name {
                    user.full_name = full_name;
                }
                Ok(())
            },
        )
    }
}
