//! The steps of every change of a role: check the actor's rights, store,
//! record. A single command runs one of them, a file many; roles are changed in
//! no other way.
//!
//! `work.draft` is the event of the step. The caller fills in the request, and
//! afterwards checks that an administrator is left and ends sessions without
//! access.

use super::rights_summary;
use crate::UnitOfWork;
use crate::access::rights::{check_may_change, check_may_grant};
use lac_ledger::appender::RecordedEvent;
use lac_model::access::{Access, Rights, Role, RoleScope};
use lac_model::audit::Event;
use lac_model::fault::Fault;
use lac_model::resource::{Resource, ResourceSet};
use lac_store::{Permit, Result, RoleWrite};

/// The role that an event is about.
pub(super) fn describe_role(event: &mut Event, role: &str) {
    event.add_detail("role", role);
}

/// The requested access.
pub(super) fn describe_access(event: &mut Event, access: Access) {
    event.add_detail("access", access.as_str());
}

/// The resources to grant or remove, as named in the request.
pub(super) fn describe_resources(event: &mut Event, resources: Vec<String>) {
    event.add_detail("resources", resources);
}

/// The requested scope: websites by code, `None` for all.
pub(super) fn describe_scope(event: &mut Event, websites: Option<Vec<String>>) {
    match websites {
        None => event.add_detail("scope", "all"),
        Some(codes) => event.add_detail("scope", codes),
    }
}

/// The rights with another access. Custom access starts without resources.
pub(super) fn with_access(role: &Role, access: Access) -> Rights {
    if role.rights.access == access {
        return role.rights.clone();
    }
    Rights {
        access,
        resources: ResourceSet::new(),
        scope: role.rights.scope.clone(),
    }
}

/// The rights with more resources; access to everything includes them already.
pub(super) fn with_resources(role: &Role, resources: impl IntoIterator<Item = Resource>) -> Rights {
    let mut rights = role.rights.clone();
    if rights.access == Access::Custom {
        rights.resources.extend(resources);
    }
    rights
}

/// The rights with fewer resources. Fails with `role_holds_all` for a role with
/// access to everything.
pub(super) fn without_resources(
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

/// The rights with another scope.
pub(super) fn with_scope(role: &Role, scope: RoleScope) -> Rights {
    Rights {
        scope,
        ..role.rights.clone()
    }
}

pub(super) fn create_role(
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

/// Changes a role's rights to what `adjust` returns; `None` if they stay the
/// same. The actor must have the old and the new rights.
pub(super) fn change_role(
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

/// Deletes a role. Fails with `in_use` if there are `holders`: the admin users
/// who have it.
pub(super) fn delete_role(
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
