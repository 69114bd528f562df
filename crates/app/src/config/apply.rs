//! Config made as a file wants it: one transaction, and in it the very steps
//! and events of the single commands.

use serde::{Deserialize, Serialize};

use super::change::consent_mode;
use super::file::{self, Change, Declared, plan};
use super::steps;
use crate::confirm::{Confirmation, Reach};
use crate::{Desk, Done, Work, act, known, may};
use lac_ledger::appender::Recorded;
use lac_model::audit::Action;
use lac_model::config;
use lac_model::form::FileText;
use lac_model::resource::Resource;
use lac_store::{Act, ConfigWrite, Covers, Permit, Result, SessionWrite};

/// Applies a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Apply {
    /// The file's text (`lac-config/1`).
    pub text: FileText,
    /// Let what the file lacks inherit again.
    pub prune: bool,
    /// Do it all, and take it back.
    pub dry_run: bool,
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
    /// Sessions that ended because the feature was switched off.
    pub sessions_ended: usize,
}

impl Act for Apply {
    const ANY_OF: &'static [Resource] = &file::RESOURCES;
}

impl Covers<ConfigWrite> for Apply {}
impl Covers<SessionWrite> for Apply {}

impl Apply {
    /// # Errors
    /// `invalid_file`; `resource_denied` for any path in it;
    /// `beyond_own_rights` for a value at the default scope where the role
    /// scope is some websites; `confirmation_required` where somebody is there to
    /// be asked about another consent mode. Nothing is changed then.
    pub fn run(self, desk: &Desk<'_>) -> Result<Applied> {
        // Nothing is parsed for those who may not even ask.
        may(desk, Action::ConfigApply, Self::ANY_OF)?;
        let declared = Declared::read(&self.text)?;
        act::<Self, _>(
            desk,
            Action::ConfigApply,
            |_| {},
            |work, permit| {
                for resource in declared.resources() {
                    work.demand(resource)?;
                }
                let (now, wanted) = (file::state(work)?, declared.look_up(work)?);
                let changes = plan::plan(&now, &wanted, self.prune);
                let mut answer = Applied {
                    changed: !changes.is_empty(),
                    dry_run: self.dry_run,
                    sessions_ended: 0,
                    changes,
                };
                let Some(recorded) = carry_out(work, permit, &mut answer)? else {
                    return Ok(Done::Unchanged(answer));
                };
                if self.dry_run {
                    return Ok(Done::Unchanged(answer));
                }
                if let Some(what) = consent_modes(&answer) {
                    self.confirmation.demand(Reach::Wide, what)?;
                }
                Ok(Done::Recorded(answer, recorded))
            },
        )
    }
}

/// What the single commands would ask about; the sessions that end are named once.
fn consent_modes(answer: &Applied) -> Option<String> {
    let modes = answer.changes.iter();
    let mut modes = modes
        .filter(|change| change.path() == config::CONSENT_MODE)
        .peekable();
    modes.peek()?;
    let mut asked = Vec::new();
    while let Some(change) = modes.next() {
        let ended = if modes.peek().is_none() {
            answer.sessions_ended
        } else {
            0
        };
        asked.push(consent_mode(change.after(), change.scope(), ended));
    }
    Some(asked.join(", and "))
}

/// Makes the changes one after another; the last record, if there is any.
fn carry_out(
    work: &mut Work<'_>,
    permit: &Permit<'_, Apply>,
    answer: &mut Applied,
) -> Result<Option<Recorded>> {
    let (mut last, mut fields) = (None, Vec::new());
    for change in &answer.changes {
        let field = known(change.path())?;
        work.draft = work.event(match change {
            Change::ConfigSet { .. } => Action::ConfigSet,
            Change::ConfigUnset { .. } => Action::ConfigUnset,
        });
        steps::about(&mut work.draft, field, change.scope());
        let after = change.after().map(str::to_owned);
        steps::write(work, &permit.narrow(), field, change.scope(), after)?;
        if field.path == config::LOGGED_ACTIONS {
            work.log_everything();
        }
        last = Some(work.record()?);
        fields.push(field);
    }
    if last.is_some() {
        work.draft = work.event(Action::ConfigApply);
        answer.sessions_ended = steps::consequences(work, &permit.narrow(), &fields)?;
    }
    Ok(last)
}
