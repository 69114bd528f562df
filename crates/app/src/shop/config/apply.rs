//! Applies a config file in one transaction, with the same steps and events as
//! the commands for single values.

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
    /// Remove values that the file does not have, so that the fields inherit
    /// again.
    pub prune: bool,
    /// Make all changes, then roll them back.
    pub dry_run: bool,
    #[serde(default)]
    pub confirmation: Confirmation,
}

/// The result of applying a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigApplied {
    pub changes: Vec<ConfigChange>,
    /// Whether there was a difference.
    pub changed: bool,
    /// Whether the changes were rolled back.
    pub dry_run: bool,
    /// The number of sessions that ended because of the changes.
    pub sessions_ended: usize,
}

impl Act for ConfigApply {
    const ANY_OF: &'static [Resource] = &file::RESOURCES;
}

impl Covers<ConfigWrite> for ConfigApply {}
impl Covers<SessionWrite> for ConfigApply {}

impl ConfigApply {
    /// # Errors
    /// `invalid_file`; `resource_denied` for any path in the file;
    /// `beyond_own_rights` for a value at the default scope if the actor's role
    /// scope is limited to some websites; `confirmation_required` for another
    /// consent mode if a person can be asked. Then nothing is changed.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigApplied> {
        // Do not parse anything for callers without the rights.
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

/// The question about all changes of the consent mode. The number of ended
/// sessions is given only once.
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

/// Makes the changes in order. Returns the last recorded event, if there are
/// changes.
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
