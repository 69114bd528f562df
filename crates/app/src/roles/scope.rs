//! *Role Scope*: every website, or some.

use serde::{Deserialize, Serialize};

use super::change::{Changed, change};
use super::{ScopeWish, steps};
use crate::Desk;
use lac_model::audit::Action;
use lac_model::form::ShortText;
use lac_store::Result;

/// Sets where a role counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetScope {
    pub name: ShortText,
    pub scope: ScopeWish,
}

impl SetScope {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `website_not_found`,
    /// `beyond_own_rights`, `last_administrator`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let wish = &self.scope;
        change(
            desk,
            Action::RoleScope,
            &self.name,
            |event| {
                let websites = match wish {
                    ScopeWish::All => None,
                    ScopeWish::Websites(codes) => {
                        Some(codes.iter().map(ToString::to_string).collect())
                    }
                };
                steps::says_scope(event, websites);
            },
            |work| wish.find(work),
            |role, scope| Ok(steps::with_scope(role, scope)),
            |_, _, _| Ok(()),
        )
    }
}
