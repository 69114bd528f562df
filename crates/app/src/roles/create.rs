//! A new role.

use serde::{Deserialize, Serialize};

use super::{Changed, RoleView, ScopeWish, steps};
use crate::{Desk, Done, act, names};
use lac_model::access::{Access, Rights};
use lac_model::audit::{Action, Event};
use lac_model::form::ShortText;
use lac_model::resource::{Resource, ResourceSet};
use lac_store::{Act, Covers, Result, RoleWrite};

/// Creates a role: custom and empty, or with everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    pub name: ShortText,
    /// Resource access `all` instead of `custom`.
    pub all: bool,
    /// Where it counts; the actor's own scope if absent, which is the widest
    /// they can give.
    pub scope: Option<ScopeWish>,
}

impl Act for Create {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_ROLES];
}

impl Covers<RoleWrite> for Create {}

impl Create {
    /// # Errors
    /// `resource_denied`, `website_not_found`, `beyond_own_rights`,
    /// `already_exists`, `invalid_value` for a name that is none.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let name = names::checked("role", &self.name)?;
        let fill = |event: &mut Event| steps::about(event, &name);
        act::<Self, _>(desk, Action::RoleCreate, fill, |work, permit| {
            let scope = match &self.scope {
                Some(wish) => wish.find(work)?,
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
            let (role, recorded) = steps::create(work, &permit.narrow(), &name, rights)?;
            let role = RoleView::of(work, &role)?;
            let answer = Changed {
                role,
                changed: true,
                sessions_ended: 0,
            };
            Ok(Done::Recorded(answer, recorded))
        })
    }
}
