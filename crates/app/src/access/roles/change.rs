//! Changes a role's rights.

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

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleChanged {
    #[serde(flatten)]
    pub role: RoleView,
    pub changed: bool,
    /// Sessions that ended because their agents lost access.
    pub sessions_ended: usize,
}

struct RoleChange;

impl Act for RoleChange {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_ROLES];
}

impl Covers<RoleWrite> for RoleChange {}
impl Covers<SessionWrite> for RoleChange {}

/// Changes a role's rights: finds the role, calls `look_up` for whatever else
/// the request names, checks the actor's rights, and stores what `adjust`
/// returns. An administrator must be left. `confirm` gets the role before and
/// after, once everything else is allowed.
pub(super) fn change_role<T>(
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
        let administrators = FullAdministrators::load(work)?;
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
        administrators.require_one_left(work)?;
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
