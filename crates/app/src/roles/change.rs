//! What every change of a role's rights has in common.

use serde::{Deserialize, Serialize};

use super::{RoleView, steps};
use crate::rights::WaysIn;
use crate::{Desk, Done, View, Work, act, find, sessions};
use lac_model::access::{Rights, Role};
use lac_model::audit::{Action, Event};
use lac_model::resource::Resource;
use lac_store::{Act, Covers, Result, RoleWrite, SessionWrite};

/// A role after a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Changed {
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
///
/// # Errors
/// `role_not_found`, `beyond_own_rights`, `last_administrator`, and what the
/// closures give.
pub fn change<T>(
    desk: &Desk<'_>,
    action: Action,
    name: &str,
    fill: impl FnOnce(&mut Event),
    look_up: impl FnOnce(&Work<'_>) -> Result<T>,
    adjust: impl FnOnce(&Role, T) -> Result<Rights>,
    confirm: impl FnOnce(&View<'_>, &Role, &Role) -> Result<()>,
) -> Result<Changed> {
    let fill = |event: &mut Event| {
        steps::about(event, name);
        fill(event);
    };
    act::<RoleChange, _>(desk, action, fill, |work, permit| {
        let mut role = find::role(work, name)?;
        let looked_up = look_up(work)?;
        let before = role.clone();
        let ways_in = WaysIn::now(work)?;
        let step = steps::change(work, &permit.narrow(), &mut role, |role| {
            adjust(role, looked_up)
        })?;
        let Some(recorded) = step else {
            let role = RoleView::of(work, &role)?;
            return Ok(Done::Unchanged(Changed {
                role,
                changed: false,
                sessions_ended: 0,
            }));
        };
        ways_in.must_remain(work)?;
        confirm(work, &before, &role)?;
        let sessions_ended = sessions::end_where_access_is_lost(work, &permit.narrow())?;
        let role = RoleView::of(work, &role)?;
        let answer = Changed {
            role,
            changed: true,
            sessions_ended,
        };
        Ok(Done::Recorded(answer, recorded))
    })
}
