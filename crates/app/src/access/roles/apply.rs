//! Applies a file of roles and admin users: one transaction with the same steps
//! and events as the single commands.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::access::access_question;
use super::file::{AccessChange, AccessDirectory, AccessFile, FileSection, plan};
use super::question::deletion_question;
use super::steps;
use crate::access::rights::FullAdministrators;
use crate::access::users;
use crate::core::confirm::{Confirmation, Impact};
use crate::core::find;
use crate::core::sessions;
use crate::{Context, UnitOfWork, WriteOutcome, check_allowed, write_with_resources};
use lac_ledger::appender::RecordedEvent;
use lac_model::access::{AdminUser, Rights, Role};
use lac_model::audit::{Action, Event};
use lac_model::bounded::FileText;
use lac_model::fault::Fault;
use lac_model::resource::{Resource, ResourceSet};
use lac_store::{Act, AdminUserWrite, Covers, Permit, Result, RoleWrite, SessionWrite};

/// Applies a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleApply {
    /// The file's text (`lac-roles/1`).
    pub text: FileText,
    /// Delete entries the file lacks, in the sections it contains.
    pub prune: bool,
    /// Make the changes, then roll back.
    pub dry_run: bool,
    /// Whether the caller has confirmed it.
    pub confirmed: bool,
    #[serde(default)]
    pub confirmation: Confirmation,
}

/// The changes made, or those a dry run would make.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleApplied {
    pub changes: Vec<AccessChange>,
    pub changed: bool,
    pub dry_run: bool,
    /// Sessions that ended because their agents lost access.
    pub sessions_ended: usize,
}

impl Act for RoleApply {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_ROLES, Resource::ACL_USERS];
}

impl Covers<RoleWrite> for RoleApply {}
impl Covers<AdminUserWrite> for RoleApply {}
impl Covers<users::steps::UserDeletion> for RoleApply {}
impl Covers<SessionWrite> for RoleApply {}

impl RoleApply {
    /// # Errors
    /// `invalid_file`; `resource_denied` for either section;
    /// `beyond_own_rights` for any role or admin user that is changed; `in_use`
    /// for a role that is deleted while admin users have it;
    /// `last_administrator`; `confirmation_required` if something is deleted or
    /// grants are lost, and if the caller can be asked about a change of
    /// access. On an error, nothing is changed.
    pub fn run(self, context: &Context<'_>) -> Result<RoleApplied> {
        // Check the rights before parsing.
        check_allowed(context, Action::RoleApply, Self::ANY_OF)?;
        let declared = AccessFile::read(&self.text)?;
        let parts = declared.sections();
        let first = parts.first().copied().unwrap_or(FileSection::Roles);
        let needs = [first.resource()];
        write_with_resources::<Self, _>(
            context,
            Action::RoleApply,
            &needs,
            |_| {},
            |work, permit| {
                for part in &parts {
                    work.require(part.resource())?;
                }
                let directory = AccessDirectory::load(work)?;
                let now = directory.state(work, &parts)?;
                let wanted = declared.resolve(work, &directory, &parts, self.prune)?;
                let changes = plan::plan_changes(&now, &wanted, self.prune);
                let mut answer = RoleApplied {
                    changed: !changes.is_empty(),
                    dry_run: self.dry_run,
                    sessions_ended: 0,
                    changes,
                };
                if !answer.changed {
                    return Ok(WriteOutcome::Unchanged(answer));
                }
                let asked = confirmation_questions(work, &answer.changes)?;
                let administrators = FullAdministrators::load(work)?;
                let Some(recorded) = apply_changes(work, permit, directory, &answer.changes)?
                else {
                    return Ok(WriteOutcome::Unchanged(answer));
                };
                work.draft = work.event(Action::RoleApply);
                administrators.require_one_left(work)?;
                answer.sessions_ended = sessions::end_without_access(work, &permit.narrow())?;
                if self.dry_run {
                    return Ok(WriteOutcome::Unchanged(answer));
                }
                self.confirm(&asked)?;
                Ok(WriteOutcome::Recorded(answer, recorded))
            },
        )
    }
}

impl RoleApply {
    /// Asks for one confirmation in place of those of the single commands.
    fn confirm(&self, asked: &[(Impact, String)]) -> Result<()> {
        if self.confirmed || asked.is_empty() {
            return Ok(());
        }
        let is_loss = asked
            .iter()
            .any(|(impact, _)| *impact == Impact::Irreversible);
        let impact = if is_loss {
            Impact::Irreversible
        } else {
            Impact::Broad
        };
        let what: Vec<&str> = asked.iter().map(|(_, what)| what.as_str()).collect();
        self.confirmation.require(impact, what.join(", and "))
    }
}

/// The confirmations that the single commands would ask for, before any change.
fn confirmation_questions(
    work: &UnitOfWork<'_>,
    changes: &[AccessChange],
) -> Result<Vec<(Impact, String)>> {
    let mut asked = Vec::new();
    if let Some(what) = deletion_question(changes) {
        asked.push((Impact::Irreversible, what));
    }
    for change in changes {
        if let AccessChange::RoleAccess { role, after, .. } = change {
            let stored = find::role(work, role)?;
            let former = work.read.role_former_resources(stored.id)?;
            asked.push(access_question(work, &stored, *after, &former)?);
        }
    }
    Ok(asked)
}

/// Makes the changes one by one; returns the last event.
fn apply_changes<'tx>(
    work: &mut UnitOfWork<'tx>,
    permit: &Permit<'tx, RoleApply>,
    directory: AccessDirectory,
    changes: &[AccessChange],
) -> Result<Option<RecordedEvent>> {
    let mut applier = ChangeApplier {
        work,
        permit,
        directory,
    };
    applier.release_accounts(changes)?;
    // Roles are deleted last: by then, no other change gives or takes them.
    let is_last = |change: &&AccessChange| matches!(change, AccessChange::RoleDelete { .. });
    let mut last = None;
    for change in changes.iter().filter(|change| !is_last(change)) {
        last = Some(applier.apply(change)?);
    }
    let holders = applier.directory.holders();
    for change in changes.iter().filter(is_last) {
        if let AccessChange::RoleDelete { role } = change {
            applier.start_role_event(Action::RoleDelete, role);
            let stored = applier.directory.role(role)?.clone();
            let has = holders.get(&stored.id).map_or(&[][..], Vec::as_slice);
            last = Some(steps::delete_role(
                applier.work,
                &permit.narrow(),
                &stored,
                has,
            )?);
            applier.directory.remove_role(role);
        }
    }
    Ok(last)
}

/// Makes changes and keeps the directory up to date.
struct ChangeApplier<'w, 'tx> {
    work: &'w mut UnitOfWork<'tx>,
    permit: &'w Permit<'tx, RoleApply>,
    directory: AccessDirectory,
}

impl ChangeApplier<'_, '_> {
    /// Frees accounts that move to another admin user in this file, so that two
    /// can swap theirs. The edits that follow record the result.
    fn release_accounts(&mut self, changes: &[AccessChange]) -> Result<()> {
        let taken: HashSet<&str> = changes.iter().filter_map(account_taken_by).collect();
        for change in changes {
            let AccessChange::AdminUserEdit {
                admin_user, before, ..
            } = change
            else {
                continue;
            };
            if before
                .os_account
                .as_deref()
                .is_some_and(|held| taken.contains(held))
            {
                let mut user = self.directory.user(admin_user)?.clone();
                user.os_account = None;
                self.work.tx.admin_user_put(&self.permit.narrow(), &user)?;
            }
        }
        Ok(())
    }

    fn apply(&mut self, change: &AccessChange) -> Result<RecordedEvent> {
        match change {
            AccessChange::RoleCreate {
                role,
                access,
                websites,
            } => {
                self.start_role_event(Action::RoleCreate, role);
                let rights = Rights {
                    access: *access,
                    resources: ResourceSet::new(),
                    scope: AccessDirectory::resolve_scope(self.work, websites.as_ref(), None)?,
                };
                let (role, recorded) =
                    steps::create_role(self.work, &self.permit.narrow(), role, rights)?;
                self.directory.put_role(role);
                Ok(recorded)
            }
            AccessChange::RoleAccess { role, after, .. } => {
                let event = self.start_role_event(Action::RoleAccess, role);
                steps::describe_access(event, *after);
                self.change_role(role, |role| Ok(steps::with_access(role, *after)))
            }
            AccessChange::RoleAllow { role, resources } => {
                let event = self.start_role_event(Action::RoleAllow, role);
                steps::describe_resources(event, resource_ids(resources));
                self.change_role(role, |role| {
                    Ok(steps::with_resources(role, resources.iter().copied()))
                })
            }
            AccessChange::RoleDeny { role, resources } => {
                let event = self.start_role_event(Action::RoleDeny, role);
                steps::describe_resources(event, resource_ids(resources));
                self.change_role(role, |role| {
                    steps::without_resources(role, resources.iter().copied())
                })
            }
            AccessChange::RoleScope { role, after, .. } => {
                let event = self.start_role_event(Action::RoleScope, role);
                let codes = after.as_ref().map(|codes| codes.iter().cloned().collect());
                steps::describe_scope(event, codes);
                let stored = self.directory.role(role)?;
                let scope =
                    AccessDirectory::resolve_scope(self.work, after.as_ref(), Some(stored))?;
                self.change_role(role, |role| Ok(steps::with_scope(role, scope)))
            }
            AccessChange::AdminUserCreate {
                admin_user,
                role,
                os_account,
                full_name,
            } => {
                let event = self.start_user_event(Action::AdminUserCreate, admin_user);
                users::steps::describe_new_user(event, role, os_account.as_deref());
                let new = users::steps::NewUser {
                    name: admin_user,
                    os_account: os_account.as_deref(),
                    full_name: full_name.as_deref(),
                };
                let role = self.directory.role(role)?;
                let (user, recorded) =
                    users::steps::create_user(self.work, &self.permit.narrow(), &new, role)?;
                self.directory.put_user(user);
                Ok(recorded)
            }
            AccessChange::AdminUserAssign {
                admin_user, after, ..
            } => {
                let event = self.start_user_event(Action::AdminUserAssign, admin_user);
                users::steps::describe_role(event, after);
                let role_id = self.directory.role(after)?.id;
                self.change_user(admin_user, |user| user.role_id = role_id)
            }
            AccessChange::AdminUserEdit {
                admin_user, after, ..
            } => {
                self.start_user_event(Action::AdminUserEdit, admin_user);
                self.change_user(admin_user, |user| {
                    user.os_account.clone_from(&after.os_account);
                    user.full_name.clone_from(&after.full_name);
                })
            }
            AccessChange::AdminUserDisable { admin_user } => {
                self.start_user_event(Action::AdminUserDisable, admin_user);
                self.change_user(admin_user, |user| user.enabled = false)
            }
            AccessChange::AdminUserEnable { admin_user } => {
                self.start_user_event(Action::AdminUserEnable, admin_user);
                self.change_user(admin_user, |user| user.enabled = true)
            }
            AccessChange::AdminUserDelete { admin_user } => {
                self.start_user_event(Action::AdminUserDelete, admin_user);
                let user = self.directory.user(admin_user)?;
                let role = self.directory.role_of(user)?;
                let recorded =
                    users::steps::delete_user(self.work, &self.permit.narrow(), user, role)?;
                self.directory.remove_user(admin_user);
                Ok(recorded)
            }
            AccessChange::RoleDelete { .. } => Err(Fault::internal("a role is deleted too early")),
        }
    }

    fn start_role_event(&mut self, action: Action, role: &str) -> &mut Event {
        self.work.draft = self.work.event(action);
        steps::describe_role(&mut self.work.draft, role);
        &mut self.work.draft
    }

    fn start_user_event(&mut self, action: Action, admin_user: &str) -> &mut Event {
        self.work.draft = self.work.event(action);
        users::steps::describe_user(&mut self.work.draft, admin_user);
        &mut self.work.draft
    }

    fn change_role(
        &mut self,
        name: &str,
        adjust: impl FnOnce(&Role) -> Result<Rights>,
    ) -> Result<RecordedEvent> {
        let mut role = self.directory.role(name)?.clone();
        let recorded = steps::change_role(self.work, &self.permit.narrow(), &mut role, adjust)?;
        self.directory.put_role(role);
        recorded.ok_or_else(empty_change_fault)
    }

    fn change_user(
        &mut self,
        name: &str,
        adjust: impl FnOnce(&mut AdminUser),
    ) -> Result<RecordedEvent> {
        let before = self.directory.user(name)?;
        let mut after = before.clone();
        adjust(&mut after);
        let (had, has) = (
            self.directory.role_of(before)?,
            self.directory.role_of(&after)?,
        );
        let recorded = users::steps::change_user(
            self.work,
            &self.permit.narrow(),
            (before, had),
            (&after, has),
        )?;
        self.directory.put_user(after);
        recorded.ok_or_else(empty_change_fault)
    }
}

fn empty_change_fault() -> Fault {
    Fault::internal("a change that changes nothing was planned")
}

fn resource_ids(resources: &[Resource]) -> Vec<String> {
    resources.iter().map(ToString::to_string).collect()
}

/// The account that a change gives to an admin user.
fn account_taken_by(change: &AccessChange) -> Option<&str> {
    match change {
        AccessChange::AdminUserCreate { os_account, .. } => os_account.as_deref(),
        AccessChange::AdminUserEdit { after, .. } => after.os_account.as_deref(),
        _ => None,
    }
}
