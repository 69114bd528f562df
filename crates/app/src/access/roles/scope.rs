//! *Role Scope*: all websites, or some.

use serde::{Deserialize, Serialize};

use super::change::{RoleChanged, change_role};
use super::{ScopeSelection, steps};
use crate::Context;
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_store::Result;

/// Sets a role's scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleSetScope {
    pub name: ShortText,
    pub scope: ScopeSelection,
}

impl RoleSetScope {
    /// # Errors
    /// `resource_denied`, `role_not_found`, `website_not_found`,
    /// `beyond_own_rights`, `last_administrator`.
    pub fn run(self, context: &Context<'_>) -> Result<RoleChanged> {
        let request = &self.scope;
        change_role(
            context,
            Action::RoleScope,
            &self.name,
            |event| {
                let websites = match request {
                    ScopeSelection::All => None,
                    ScopeSelection::Websites(codes) => {
                        Some(codes.iter().map(ToString::to_string).collect())
                    }
                };
                steps::describe_scope(event, websites);
            },
            |work| request.resolve(work),
            |role, scope| Ok(steps::with_scope(role, scope)),
            |_, _, _| Ok(()),
        )
    }
}
