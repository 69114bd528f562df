//! Admin users: the accounts of people.

mod change;
mod create;
mod delete;
mod edit;
mod list;
pub(crate) mod steps;

pub use change::{UserAssign, UserChanged, UserSetEnabled};
pub use create::UserCreate;
pub use delete::{UserDelete, UserDeleted};
pub use edit::UserEdit;
pub use list::{UserList, UserShow};

use serde::{Deserialize, Serialize};

use super::rights;
use crate::ReadView;
use crate::core::names;
use lac_model::access::AdminUser;
use lac_model::bounded::PersonName;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::Result;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    pub id: i64,
    pub name: String,
    pub full_name: Option<String>,
    pub role: String,
    /// The operating-system account mapped to this admin user.
    pub os_account: Option<String>,
    pub enabled: bool,
    pub created_at: Timestamp,
}

impl UserView {
    fn from_user(view: &ReadView<'_>, user: AdminUser) -> Result<Self> {
        Ok(Self {
            role: match rights::role_of_user(view, &user) {
                Ok(role) => role.name,
                // A damaged role must not hide the user.
                Err(Fault::RowDamaged { id, .. }) => format!("role {id}, damaged"),
                Err(other) => return Err(other),
            },
            id: user.id,
            name: user.name,
            full_name: user.full_name,
            os_account: user.os_account,
            enabled: user.enabled,
            created_at: user.created_at,
        })
    }
}

/// Checks an account name; an empty one is `None`.
pub(crate) fn parse_os_account(given: &str) -> Result<Option<String>> {
    if given.is_empty() {
        return Ok(None);
    }
    names::check_name("--os-account", given).map(Some)
}

/// A person's name; an empty one is `None`.
pub(crate) fn parse_full_name(given: &PersonName) -> Option<String> {
    (!given.is_empty()).then(|| given.to_string())
}
