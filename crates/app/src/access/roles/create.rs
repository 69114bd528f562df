//! Creates a role.

use serde::{Deserialize, Serialize};

use super::{RoleChanged, RoleView, ScopeSelection, steps};
use crate::core::names;
use crate::{Context, WriteOutcome, write};
use lac_model::access::{Access, Rights};
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::resource::{Resource, ResourceSet};
use lac_store::{Act, Covers, Result, RoleWrite};

/// Creates a role: custom without resources, or with access to everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleCreate {
    pub name: ShortText,
    /// Resource access `all` instead of `custom`.
    pub all: bool,
    /// The role's scope; the actor's own scope if absent, which is the widest
    /// they can give.
    pub scope: Option<ScopeSelection>,
}

impl Act for RoleCreate {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_ROLES];
}

impl Covers<RoleWrite> for RoleCreate {}

impl RoleCreate {
    /// # Errors
    /// `resource_denied`, `website_not_found`, `beyond_own_rights`,
    /// `already_exists`, `invalid_value` for a name that is not allowed.
    pub fn run(self, context: &Context<'_>) -> Result<RoleChanged> {
        let name = names::check_name("role", &self.name)?;
        let fill = |event: &mut Event| steps::describe_role(event, &name);
        write::<Self, _>(context, Action::RoleCreate, fill, |work, permit| {
            let scope = match &self.scope {
                Some(request) => request.resolve(work)?,
                None => work.actor.rights.scope.clone(),
            };
            let access = if self.all {
                Access::All
            } else {
                Access::Custom
            };
            let rights = Rights {
                access,
                resources: ResourceSet::new(),
                scope,
            };
            let (role, recorded) = steps::create_role(work, &permit.narrow(), &name, rights)?;
            let role = RoleView::from_role(work, &role)?;
            let answer = RoleChanged {
                role,
                changed: true,
                sessions_ended: 0,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}
