//! Roles and admin users made as a file wants them: one transaction, and in it
//! the very steps and events of the single commands.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::access::question;
use super::file::{Books, Change, Declared, Part, plan};
use super::steps;
use crate::confirm::{Confirmation, Reach};
use crate::rights::WaysIn;
use crate::{Desk, Done, Work, act_with, find, may, sessions, users};
use lac_ledger::appender::Recorded;
use lac_model::access::{AdminUser, Rights, Role};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::FileText;
use lac_model::resource::{Resource, ResourceSet};
use lac_store::{Act, AdminUserWrite, Covers, Permit, Result, RoleWrite, SessionWrite};

/// Applies a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Apply {
    /// The file's text (`lac-roles/1`).
    pub text: FileText,
    /// Delete what the file lacks, in the parts that it speaks of.
    pub prune: bool,
    /// Do it all, and take it back.
    pub dry_run: bool,
    /// Whether whoever asks has confirmed that something is deleted.
    pub confirmed: bool,
    #[serde(default)]
    pub confirmation: Confirmation,
}

/// What a file came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Applied {
    pub changes: Vec<Change>,
    /// Whether anything differed.
    pub changed: bool,
    /// Whether it was taken back.
    pub dry_run: bool,
    /// Sessions that ended because their agents lost what they stood on.
    pub sessions_ended: usize,
}

impl Act for Apply {
    const ANY_OF: &'static [Resource] = &[Resource::ACL_ROLES, Resource::ACL_USERS];
}

impl Covers<RoleWrite> for Apply {}
impl Covers<AdminUserWrite> for Apply {}
impl Covers<users::steps::Deletion> for Apply {}
impl Covers<SessionWrite> for Apply {}

impl Apply {
    /// # Errors
    /// `invalid_file`; `resource_denied` for either part; `beyond_own_rights`
    /// for any role or admin user that is changed; `in_use` for a role that is
    /// deleted and still somebody's; `last_administrator` for what it comes to;
    /// `confirmation_required` where something is deleted or grants are lost, and
    /// where somebody is there to be asked about another access. Nothing is
    /// changed then.
    pub fn run(self, desk: &Desk<'_>) -> Result<Applied> {
        // Nothing is parsed for those who may not even ask.
        may(desk, Action::RoleApply, Self::ANY_OF)?;
        let declared = Declared::read(&self.text)?;
        let parts = declared.parts();
        let first = parts.first().copied().unwrap_or(Part::Roles);
        let needs = [first.resource()];
        act_with::<Self, _>(
            desk,
            Action::RoleApply,
            &needs,
            |_| {},
            |work, permit| {
                for part in &parts {
                    work.demand(part.resource())?;
                }
                let books = Books::open(work)?;
                let now = books.state(work, &parts)?;
                let wanted = declared.look_up(work, &books, &parts, self.prune)?;
                let changes = plan::plan(&now, &wanted, self.prune);
                let mut answer = Applied {
                    changed: !changes.is_empty(),
                    dry_run: self.dry_run,
                    sessions_ended: 0,
                    changes,
                };
                if !answer.changed {
                    return Ok(Done::Unchanged(answer));
                }
                let asked = questions(work, &answer.changes)?;
                let ways_in = WaysIn::now(work)?;
                let Some(recorded) = carry_out(work, permit, books, &answer.changes)? else {
                    return Ok(Done::Unchanged(answer));
                };
                work.draft = work.event(Action::RoleApply);
                ways_in.must_remain(work)?;
                answer.sessions_ended = sessions::end_where_access_is_lost(work, &permit.narrow())?;
                if self.dry_run {
                    return Ok(Done::Unchanged(answer));
                }
                self.confirm(&asked)?;
                Ok(Done::Recorded(answer, recorded))
            },
        )
    }
}

impl Apply {
    /// One question for all that the single commands would ask about.
    fn confirm(&self, asked: &[(Reach, String)]) -> Result<()> {
        if self.confirmed || asked.is_empty() {
            return Ok(());
        }
        let is_loss = asked.iter().any(|(reach, _)| *reach == Reach::Loss);
        let reach = if is_loss { Reach::Loss } else { Reach::Wide };
        let what: Vec<&str> = asked.iter().map(|(_, what)| what.as_str()).collect();
        self.confirmation.demand(reach, what.join(", and "))
    }
}

/// What the single commands would ask about, before any of it is done.
fn questions(work: &Work<'_>, changes: &[Change]) -> Result<Vec<(Reach, String)>> {
    let mut asked = Vec::new();
    if let Some(what) = deleted(changes) {
        asked.push((Reach::Loss, what));
    }
    for change in changes {
        if let Change::RoleAccess { role, after, .. } = change {
            let stored = find::role(work, role)?;
            let former = work.read.role_former_resources(stored.id)?;
            asked.push(question(work, &stored, *after, &former)?);
        }
    }
    Ok(asked)
}

/// Makes the changes one after another; the last record, if there is any.
fn carry_out<'tx>(
    work: &mut Work<'tx>,
    permit: &Permit<'tx, Apply>,
    books: Books,
    changes: &[Change],
) -> Result<Option<Recorded>> {
    let mut hand = Hand {
        work,
        permit,
        books,
    };
    hand.free_accounts(changes)?;
    // Roles go last, so that who has them does not change any more.
    let is_last = |change: &&Change| matches!(change, Change::RoleDelete { .. });
    let mut last = None;
    for change in changes.iter().filter(|change| !is_last(change)) {
        last = Some(hand.make(change)?);
    }
    let holders = hand.books.holders();
    for change in changes.iter().filter(is_last) {
        if let Change::RoleDelete { role } = change {
            hand.begin_role(Action::RoleDelete, role);
            let stored = hand.books.role(role)?.clone();
            let has = holders.get(&stored.id).map_or(&[][..], Vec::as_slice);
            last = Some(steps::delete(hand.work, &permit.narrow(), &stored, has)?);
            hand.books.remove_role(role);
        }
    }
    Ok(last)
}

/// Whoever makes the changes.
struct Hand<'w, 'tx> {
    work: &'w mut Work<'tx>,
    permit: &'w Permit<'tx, Apply>,
    books: Books,
}

impl Hand<'_, '_> {
    /// Accounts that change hands within the file are free for a moment, so
    /// that two can swap theirs. The edits that follow say what became of them.
    fn free_accounts(&mut self, changes: &[Change]) -> Result<()> {
        let taken: HashSet<&str> = changes.iter().filter_map(takes_account).collect();
        for change in changes {
            let Change::AdminUserEdit {
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
                let mut user = self.books.user(admin_user)?.clone();
                user.os_account = None;
                self.work.tx.admin_user_put(&self.permit.narrow(), &user)?;
            }
        }
        Ok(())
    }

    fn make(&mut self, change: &Change) -> Result<Recorded> {
        match change {
            Change::RoleCreate {
                role,
                access,
                websites,
            } => {
                self.begin_role(Action::RoleCreate, role);
                let rights = Rights {
                    access: *access,
                    resources: ResourceSet::new(),
                    scope: Books::scope(self.work, websites.as_ref(), None)?,
                };
                let (role, recorded) =
                    steps::create(self.work, &self.permit.narrow(), role, rights)?;
                self.books.put_role(role);
                Ok(recorded)
            }
            Change::RoleAccess { role, after, .. } => {
                let event = self.begin_role(Action::RoleAccess, role);
                steps::says_access(event, *after);
                self.role(role, |role| Ok(steps::with_access(role, *after)))
            }
            Change::RoleAllow { role, resources } => {
                let event = self.begin_role(Action::RoleAllow, role);
                steps::says_resources(event, ids(resources));
                self.role(role, |role| {
                    Ok(steps::with(role, resources.iter().copied()))
                })
            }
            Change::RoleDeny { role, resources } => {
                let event = self.begin_role(Action::RoleDeny, role);
                steps::says_resources(event, ids(resources));
                self.role(role, |role| steps::without(role, resources.iter().copied()))
            }
            Change::RoleScope { role, after, .. } => {
                let event = self.begin_role(Action::RoleScope, role);
                let codes = after.as_ref().map(|codes| codes.iter().cloned().collect());
                steps::says_scope(event, codes);
                let stored = self.books.role(role)?;
                let scope = Books::scope(self.work, after.as_ref(), Some(stored))?;
                self.role(role, |role| Ok(steps::with_scope(role, scope)))
            }
            Change::AdminUserCreate {
                admin_user,
                role,
                os_account,
                full_name,
            } => {
                let event = self.begin_user(Action::AdminUserCreate, admin_user);
                users::steps::says_new(event, role, os_account.as_deref());
                let new = users::steps::New {
                    name: admin_user,
                    os_account: os_account.as_deref(),
                    full_name: full_name.as_deref(),
                };
                let role = self.books.role(role)?;
                let (user, recorded) =
                    users::steps::create(self.work, &self.permit.narrow(), &new, role)?;
                self.books.put_user(user);
                Ok(recorded)
            }
            Change::AdminUserAssign {
                admin_user, after, ..
            } => {
                let event = self.begin_user(Action::AdminUserAssign, admin_user);
                users::steps::says_role(event, after);
                let role_id = self.books.role(after)?.id;
                self.user(admin_user, |user| user.role_id = role_id)
            }
            Change::AdminUserEdit {
                admin_user, after, ..
            } => {
                self.begin_user(Action::AdminUserEdit, admin_user);
                self.user(admin_user, |user| {
                    user.os_account.clone_from(&after.os_account);
                    user.full_name.clone_from(&after.full_name);
                })
            }
            Change::AdminUserDisable { admin_user } => {
                self.begin_user(Action::AdminUserDisable, admin_user);
                self.user(admin_user, |user| user.enabled = false)
            }
            Change::AdminUserEnable { admin_user } => {
                self.begin_user(Action::AdminUserEnable, admin_user);
                self.user(admin_user, |user| user.enabled = true)
            }
            Change::AdminUserDelete { admin_user } => {
                self.begin_user(Action::AdminUserDelete, admin_user);
                let user = self.books.user(admin_user)?;
                let role = self.books.role_of(user)?;
                let recorded = users::steps::delete(self.work, &self.permit.narrow(), user, role)?;
                self.books.remove_user(admin_user);
                Ok(recorded)
            }
            Change::RoleDelete { .. } => Err(Fault::internal("a role goes too early")),
        }
    }

    /// The draft of an event about a role.
    fn begin_role(&mut self, action: Action, role: &str) -> &mut Event {
        self.work.draft = self.work.event(action);
        steps::about(&mut self.work.draft, role);
        &mut self.work.draft
    }

    /// The draft of an event about an admin user.
    fn begin_user(&mut self, action: Action, admin_user: &str) -> &mut Event {
        self.work.draft = self.work.event(action);
        users::steps::about(&mut self.work.draft, admin_user);
        &mut self.work.draft
    }

    fn role(
        &mut self,
        name: &str,
        adjust: impl FnOnce(&Role) -> Result<Rights>,
    ) -> Result<Recorded> {
        let mut role = self.books.role(name)?.clone();
        let recorded = steps::change(self.work, &self.permit.narrow(), &mut role, adjust)?;
        self.books.put_role(role);
        recorded.ok_or_else(nothing)
    }

    fn user(&mut self, name: &str, adjust: impl FnOnce(&mut AdminUser)) -> Result<Recorded> {
        let before = self.books.user(name)?;
        let mut after = before.clone();
        adjust(&mut after);
        let (had, has) = (self.books.role_of(before)?, self.books.role_of(&after)?);
        let recorded = users::steps::change(
            self.work,
            &self.permit.narrow(),
            (before, had),
            (&after, has),
        )?;
        self.books.put_user(after);
        recorded.ok_or_else(nothing)
    }
}

fn nothing() -> Fault {
    Fault::internal("a change that changes nothing was planned")
}

fn ids(resources: &[Resource]) -> Vec<String> {
    resources.iter().map(ToString::to_string).collect()
}

/// The account that a change gives somebody.
fn takes_account(change: &Change) -> Option<&str> {
    match change {
        Change::AdminUserCreate { os_account, .. } => os_account.as_deref(),
        Change::AdminUserEdit { after, .. } => after.os_account.as_deref(),
        _ => None,
    }
}

/// What is deleted, for a question; `None` where nothing is.
fn deleted(changes: &[Change]) -> Option<String> {
    let (mut roles, mut users) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::RoleDelete { role } => roles.push(role.as_str()),
            Change::AdminUserDelete { admin_user } => users.push(admin_user.as_str()),
            _ => {}
        }
    }
    let (roles, users) = (named("role", &roles), named("admin user", &users));
    let all: Vec<String> = users.into_iter().chain(roles).collect();
    (!all.is_empty()).then(|| format!("delete {}", all.join(" and ")))
}

/// At most so many are named in a question.
const NAMED: usize = 10;

fn named(what: &str, names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("{what} {one}")),
        _ if names.len() <= NAMED => {
            Some(format!("{} {what}s ({})", names.len(), names.join(", ")))
        }
        _ => Some(format!(
            "{} {what}s ({} and {} more)",
            names.len(),
            names[..NAMED].join(", "),
            names.len() - NAMED
        )),
    }
}
