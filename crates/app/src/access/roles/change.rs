//! What every change of a role's rights has in common.

use serde::{Deserialize, Serialize};

use super::{RoleView, steps};
use crate::access::rights::FullAdministrators;
use crate::core::find;
use crate::core::sessions;
use crate::{Context, ReadView, UnitOfWork, WriteOutcome, write};
use lac_model::access::{Rights, Role};
use lac_model::audit::{Action, Event};
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Result, RoleWrite, SessionWrite};

/// A role after a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleChanged {
    #[serde(flatten)]
    pub role: RoleView,
    pub changed: bool,
    /// Sessions that ended because their agents lost what they stood on.
    pub sessions_ended: usize,
}

/// Any change of a role's rights.
struct RoleChange;

impl Act for RoleChange {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_ROLES];
}

impl Covers<RoleWrite> for RoleChange {}
impl Covers<SessionWrite> for RoleChange {}

/// Finds the role, then what else was named; asks whether the actor may;
/// lets `adjust` say the new rights; keeps the last way in open; lets `confirm`
/// compare before and after once nothing else stands in the way.
pub fn change_role<T>(
    context: &Context<'_>,
    action: Action,
    name: &str,
    fill: impl FnOnce(&mut Event),
    look_up: impl FnOnce(&UnitOfWork<'_>) -> Result<T>,
    adjust: impl FnOnce(&Role, T) -> Result<Rights>,
    confirm: impl FnOnce(&ReadView<'_>, &Role, &Role) -> Result<()>,
) -> Result<RoleChanged> {
    let fill = |event: &mut Event| {
        steps::describe_role(event, name);
        fill(event);
    };
    write::<RoleChange, _>(context, action, fill, |work, permit| {
        let mut role = find::role(work, name)?;
        let looked_up = look_up(work)?;
        let before = role.clone();
        let ways_in = FullAdministrators::load(work)?;
        let step = steps::change_role(work, &permit.narrow(), &mut role, |role| {
            adjust(role, looked_up)
        })?;
        let Some(recorded) = step else {
            let role = RoleView::from_role(work, &role)?;
            return Ok(WriteOutcome::Unchanged(RoleChanged {
                role,
                changed: false,
                sessions_ended: 0,
            }));
        };
        ways_in.require_one_left(work)?;
        confirm(work, &before, &role)?;
        let sessions_ended = sessions::end_without_access(work, &permit.narrow())?;
        let role = RoleView::from_role(work, &role)?;
        let answer = RoleChanged {
            role,
            changed: true,
            sessions_ended,
        };
        Ok(WriteOutcome::Recorded(answer, recorded))
    })
}
