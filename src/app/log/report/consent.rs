//! Consent that was given and used by the same person: nobody should open the
//! door for themselves.

use crate::app::log::{Readable, summary};
use crate::app::{View, find};
use crate::domain::audit::{Action, EventView, Outcome};
use crate::domain::time::Timestamp;
use crate::store::Result;

/// Who had granted the consent a login stood on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    /// Somebody else, or it is no login.
    Other,
    /// The admin user who logged in.
    Own { seq: u64, at: Timestamp },
    /// The granting event is not there to be read.
    Unknown,
}

/// Follows a login's consent to the event that granted it, which may lie
/// before the period.
///
/// # Errors
/// `row_damaged`.
pub(super) fn own(view: &View<'_>, readable: &Readable, login: &EventView) -> Result<Grant> {
    let is_login = login.action == Action::LoginIssue.name()
        && login.action_group == Action::LoginIssue.group().as_str()
        && login.result == Outcome::Success;
    let basis = login.consent.as_ref().filter(|_| is_login);
    let (Some(seq), Some(admin_id)) = (basis.and_then(|basis| basis.seq), login.admin_id) else {
        return Ok(Grant::Other);
    };
    let Some(grant) = summary::event(view, readable, seq)?.map(|seen| seen.event) else {
        return Ok(Grant::Unknown);
    };
    let is_grant = grant.full_action_name == Action::ConsentGrant.full_name()
        && grant.result == Outcome::Success
        && grant.admin_id == Some(admin_id);
    if !is_grant || !is_same_customer(view, login, &grant)? {
        return Ok(Grant::Other);
    }
    Ok(Grant::Own {
        seq,
        at: grant.time,
    })
}

/// A customer may have had another id when consent was given.
fn is_same_customer(view: &View<'_>, login: &EventView, grant: &EventView) -> Result<bool> {
    let (Some(now), Some(then)) = (login.customer_id, grant.customer_id) else {
        return Ok(false);
    };
    Ok(now == then || find::ids_in_log(view, now)?.contains(&then))
}
