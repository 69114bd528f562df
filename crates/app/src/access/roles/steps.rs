//! The inner steps of every act on roles: may the actor, what is recorded, what
//! is stored. A single command takes one of them, a whole file many; there is
//! no other way to change a role.
//!
//! `work.draft` is the event of the step; whoever calls filled in what the step
//! is asked to do, and sees to the last way in and to open sessions afterwards.

use super::rights_summary;
use crate::UnitOfWork;
use crate::access::rights::{check_may_change, check_may_grant};
use lac_ledger::appender::RecordedEvent;
use lac_model::access::{Access, Rights, Role, RoleScope};
use lac_model::audit::Event;
use lac_model::fault::Fault;
use lac_model::resource::{Resource, ResourceSet};
use lac_store::{Permit, Result, RoleWrite};

/// What the events of a role say they are about.
pub fn describe_role(event: &mut Event, role: &str) {
    event.add_detail("role", role);
}

/// Access that is asked for.
pub fn describe_access(event: &mut Event, access: Access) {
    event.add_detail("access", access.as_str());
}

/// Resources that are given or taken, as they were named.
pub fn describe_resources(event: &mut Event, resources: Vec<String>) {
    event.add_detail("resources", resources);
}

/// A scope that is asked for: websites by code, `None` for all.
pub fn describe_scope(event: &mut Event, websites: Option<Vec<String>>) {
    match websites {
        None => event.add_detail("scope", "all"),
        Some(codes) => event.add_detail("scope", codes),
    }
}

/// Other access. Custom starts empty.
pub fn with_access(role: &Role, access: Access) -> Rights {
    if role.rights.access == access {
        return role.rights.clone();
    }
    Rights {
        access,
        resources: ResourceSet::new(),
        scope: role.rights.scope.clone(),
    }
}

/// More resources. Who has access to everything holds them already.
pub fn with_resources(role: &Role, resources: impl IntoIterator<Item = Resource>) -> Rights {
    let mut rights = role.rights.clone();
    if rights.access == Access::Custom {
        rights.resources.extend(resources);
    }
    rights
}

/// Fewer resources.
pub fn without_resources(
    role: &Role,
    resources: impl IntoIterator<Item = Resource>,
) -> Result<Rights> {
    if role.rights.access == Access::All {
        return Err(Fault::RoleHoldsAll {
            role: role.name.clone(),
        });
    }
    let mut rights = role.rights.clone();
    for resource in resources {
        rights.resources.remove(resource);
    }
    Ok(rights)
}

/// Another scope.
pub fn with_scope(role: &Role, scope: RoleScope) -> Rights {
    Rights {
        scope,
        ..role.rights.clone()
    }
}

/// A new role.
pub fn create_role(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, RoleWrite>,
    name: &str,
    rights: Rights,
) -> Result<(Role, RecordedEvent)> {
    check_may_grant(work, &rights, &would_hold_text(name))?;
    if work.read.role_by_name(name)?.is_some() {
        return Err(Fault::AlreadyExists {
            what: format!("role {name}"),
        });
    }
    let after = rights_summary(work, &rights)?;
    work.draft.add_detail("after", after);
    let mut role = Role {
        id: 0,
        name: name.to_owned(),
        rights,
    };
    role.id = work.tx.role_put(permit, &role)?;
    Ok((role, work.record()?))
}

/// Other rights, as `adjust` says; `None` where they are what they were, and
/// nothing is written.
pub fn change_role(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, RoleWrite>,
    role: &mut Role,
    adjust: impl FnOnce(&Role) -> Result<Rights>,
) -> Result<Option<RecordedEvent>> {
    check_may_change(work, &role.rights, &format!("role {}", role.name))?;
    let rights = adjust(role)?;
    check_may_grant(work, &rights, &would_hold_text(&role.name))?;
    if rights == role.rights {
        return Ok(None);
    }
    let (before, after) = (
        rights_summary(work, &role.rights)?,
        rights_summary(work, &rights)?,
    );
    work.draft.add_change(before, after);
    role.rights = rights;
    work.tx.role_put(permit, role)?;
    work.record().map(Some)
}

/// A role that goes; `holders` are the admin users who have it.
pub fn delete_role(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, RoleWrite>,
    role: &Role,
    holders: &[String],
) -> Result<RecordedEvent> {
    check_may_change(work, &role.rights, &format!("role {}", role.name))?;
    if !holders.is_empty() {
        return Err(Fault::InUse {
            what: format!("role {}", role.name),
            by: holders.join(", "),
        });
    }
    let before = rights_summary(work, &role.rights)?;
    work.draft.add_detail("before", before);
    work.tx.role_remove(permit, role.id)?;
    work.record()
}

fn would_hold_text(name: &str) -> String {
    format!("what role {name} would hold")
}
