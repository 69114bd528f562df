//! A new role.

use serde::{Deserialize, Serialize};

use super::{Changed, RoleView, ScopeWish, summary};
use crate::app::rights::may_give;
use crate::app::{Desk, Done, act, names};
use crate::domain::access::{Access, Rights, Role};
use crate::domain::audit::{Action, Event};
use crate::domain::fault::Fault;
use crate::domain::resource::{Resource, ResourceSet};
use crate::store::Result;

/// Creates a role: custom and empty, or with everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    pub name: String,
    /// Resource access `all` instead of `custom`.
    pub all: bool,
    /// Where it counts; the actor's own scope if absent, which is the widest
    /// they can give.
    pub scope: Option<ScopeWish>,
}

impl Create {
    /// # Errors
    /// `resource_denied`, `website_not_found`, `beyond_own_rights`,
    /// `already_exists`, `invalid_value` for a name that is none.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let name = names::checked("role", &self.name)?;
        let fill = |event: &mut Event| event.detail("role", name.clone());
        let needs = [Resource::ACL_ROLES];
        act(desk, Action::RoleCreate, &needs, fill, |work, permit| {
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
            may_give(work, &rights, &format!("what role {name} would hold"))?;
            if work.read.role_by_name(&name)?.is_some() {
                return Err(Fault::AlreadyExists {
                    what: format!("role {name}"),
                });
            }
            let after = summary(work, &rights)?;
            work.draft.detail("after", after);
            let mut role = Role {
                id: 0,
                name: name.clone(),
                rights,
            };
            role.id = work.tx.role_put(permit, &role)?;
            let recorded = work.record()?;
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
