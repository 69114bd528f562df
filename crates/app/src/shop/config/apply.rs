//! Config made as a file wants it: one transaction, and in it the very steps
//! and events of the single commands.

use serde::{Deserialize, Serialize};

use super::change::consent_mode_question;
use super::file::{self, ConfigChange, ConfigFile, plan};
use super::steps;
use crate::core::confirm::{Confirmation, Impact};
use crate::{Context, UnitOfWork, WriteOutcome, check_allowed, config_field, write};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::Action;
use lac_model::bounded::FileText;
use lac_model::config;
use lac_model::resource::Resource;
use lac_store::{Act, ConfigWrite, Covers, Permit, Result, SessionWrite};

/// Applies a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigApply {
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
pub struct ConfigApplied {
    pub changes: Vec<ConfigChange>,
    /// Whether anything differed.
    pub changed: bool,
    /// Whether it was taken back.
    pub dry_run: bool,
    /// Sessions that ended because the feature was switched off.
    pub sessions_ended: usize,
}

impl Act for ConfigApply {
    const ANY_OF: &'static [Resource] = &file::RESOURCES;
}

impl Covers<ConfigWrite> for ConfigApply {}
impl Covers<SessionWrite> for ConfigApply {}

impl ConfigApply {
    /// # Errors
    /// `invalid_file`; `resource_denied` for any path in it;
    /// `beyond_own_rights` for a value at the default scope where the role
    /// scope is some websites; `confirmation_required` where somebody is there to
    /// be asked about another consent mode. Nothing is changed then.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigApplied> {
        // Nothing is parsed for those who may not even ask.
        check_allowed(context, Action::ConfigApply, Self::ANY_OF)?;
        let declared = ConfigFile::read(&self.text)?;
        write::<Self, _>(
            context,
            Action::ConfigApply,
            |_| {},
            |work, permit| {
                for resource in declared.resources() {
                    work.require(resource)?;
                }
                let (now, wanted) = (file::stored_state(work)?, declared.resolve(work)?);
                let changes = plan::plan_changes(&now, &wanted, self.prune);
                let mut answer = ConfigApplied {
                    changed: !changes.is_empty(),
                    dry_run: self.dry_run,
                    sessions_ended: 0,
                    changes,
                };
                let Some(recorded) = apply_changes(work, permit, &mut answer)? else {
                    return Ok(WriteOutcome::Unchanged(answer));
                };
                if self.dry_run {
                    return Ok(WriteOutcome::Unchanged(answer));
                }
                if let Some(what) = consent_mode_questions(&answer) {
                    self.confirmation.require(Impact::Broad, what)?;
                }
                Ok(WriteOutcome::Recorded(answer, recorded))
            },
        )
    }
}

/// What the single commands would ask about; the sessions that end are named once.
fn consent_mode_questions(answer: &ConfigApplied) -> Option<String> {
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
        asked.push(consent_mode_question(change.after(), change.scope(), ended));
    }
    Some(asked.join(", and "))
}

/// Makes the changes one after another; the last record, if there is any.
fn apply_changes(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConfigApply>,
    answer: &mut ConfigApplied,
) -> Result<Option<RecordedEvent>> {
    let (mut last, mut fields) = (None, Vec::new());
    for change in &answer.changes {
        let field = config_field(change.path())?;
        work.draft = work.event(match change {
            ConfigChange::ConfigSet { .. } => Action::ConfigSet,
            ConfigChange::ConfigUnset { .. } => Action::ConfigUnset,
        });
        steps::describe_event(&mut work.draft, field, change.scope());
        let after = change.after().map(str::to_owned);
        steps::write_value(work, &permit.narrow(), field, change.scope(), after)?;
        if field.path == config::LOGGED_ACTIONS {
            work.log_everything();
        }
        last = Some(work.record()?);
        fields.push(field);
    }
    if last.is_some() {
        work.draft = work.event(Action::ConfigApply);
        answer.sessions_ended = steps::apply_consequences(work, &permit.narrow(), &fields)?;
    }
    Ok(last)
}
