//! Grants and removes single resources of a custom role.

use serde::{Deserialize, Serialize};

use super::change::{RoleChanged, change_role};
use super::steps;
use crate::Context;
use crate::access::naming::parse_resources;
use lac_model::audit::Action;
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD, ShortText};
use lac_store::Result;

/// Grants resources to a role, optionally with all resources below them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleAllow {
    pub name: ShortText,
    /// Full ids or unambiguous endings of them.
    pub resources: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    pub with_children: bool,
}

/// Removes resources from a role, optionally with all resources below them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleDeny {
    pub name: ShortText,
    pub resources: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    pub with_children: bool,
}

impl RoleAllow {
    /// A role with access to everything stays unchanged.
    ///
    /// # Errors
    /// `resource_denied`, `role_not_found`, `resource_not_found`,
    /// `beyond_own_rights`, `invalid_value`.
    pub fn run(self, context: &Context<'_>) -> Result<RoleChanged> {
        change_role(
            context,
            Action::RoleAllow,
            &self.name,
            |event| steps::describe_resources(event, to_strings(&self.resources)),
            |_| parse_resources(&self.resources, self.with_children),
            |role, resources| Ok(steps::with_resources(role, resources)),
            |_, _, _| Ok(()),
        )
    }
}

impl RoleDeny {
    /// # Errors
    /// As [`RoleAllow::run`]; `role_holds_all` for a role with access to
    /// everything.
    pub fn run(self, context: &Context<'_>) -> Result<RoleChanged> {
        change_role(
            context,
            Action::RoleDeny,
            &self.name,
            |event| steps::describe_resources(event, to_strings(&self.resources)),
            |_| parse_resources(&self.resources, self.with_children),
            steps::without_resources,
            |_, _, _| Ok(()),
        )
    }
}

fn to_strings(words: &[ShortText]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
