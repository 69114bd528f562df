//! Single resources of a custom role.

use serde::{Deserialize, Serialize};

use super::change::{Changed, change};
use super::{named, steps};
use crate::Desk;
use lac_model::audit::Action;
use lac_model::form::{BoundedList, SOME, ShortText};
use lac_store::Result;

/// Gives a role resources, each for itself or with what is beneath it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Allow {
    pub name: ShortText,
    /// Full ids or unambiguous endings of them.
    pub resources: BoundedList<ShortText, SOME>,
    pub with_children: bool,
}

/// Takes resources from a role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deny {
    pub name: ShortText,
    pub resources: BoundedList<ShortText, SOME>,
    pub with_children: bool,
}

impl Allow {
    /// A role with access to everything holds them already: unchanged.
    ///
    /// # Errors
    /// `resource_denied`, `role_not_found`, `resource_not_found`,
    /// `beyond_own_rights`, `invalid_value`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        change(
            desk,
            Action::RoleAllow,
            &self.name,
            |event| steps::says_resources(event, texts(&self.resources)),
            |_| named(&self.resources, self.with_children),
            |role, resources| Ok(steps::with(role, resources)),
            |_, _, _| Ok(()),
        )
    }
}

impl Deny {
    /// # Errors
    /// As [`Allow::run`]; `role_holds_all` where there is no set to take from.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        change(
            desk,
            Action::RoleDeny,
            &self.name,
            |event| steps::says_resources(event, texts(&self.resources)),
            |_| named(&self.resources, self.with_children),
            steps::without,
            |_, _, _| Ok(()),
        )
    }
}

fn texts(words: &[ShortText]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
