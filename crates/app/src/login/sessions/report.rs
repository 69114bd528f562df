//! What was done on the customer's behalf, as the storefront reports it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::check::{end_of, find_redeemed};
use crate::core::sessions::{describe_session, role_name_of};
use crate::{Context, GroupedAct, UnitOfWork, WriteOutcome};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::report::{MAX_ACTIONS_PER_SESSION, ReportedAction, ReportedActions, ReportedKind};
use lac_model::resource::Resource;
use lac_model::session::Session;
use lac_store::{Act, Covers, Permit, Result, SessionWrite};

/// How long after its end a session takes reports: a storefront may have been
/// unable to send them.
const REPORT_GRACE: Duration = Duration::from_secs(24 * 3600);

/// How long the ids of reported actions are kept. The longest session lasts a
/// day, and takes no report [`REPORT_GRACE`] after its end.
const ID_RETENTION: Duration = Duration::from_secs(2 * 24 * 3600);

/// Reports what was done in a session that this storefront redeemed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionReport {
    pub id: SessionId,
    pub actions: ReportedActions,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionReported {
    /// How many actions are new, and on record now.
    pub recorded: u64,
    /// How many had been reported before, and were left alone.
    pub known: u64,
}

impl Act for SessionReport {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONT];
}

impl Covers<SessionWrite> for SessionReport {}

/// An action that is not on record yet, and the digest of its content.
type NewAction<'r> = (&'r ReportedAction, [u8; 32]);

impl GroupedAct for SessionReport {
    const ACTION: Action = Action::OtherDone;
    /// That a session has reported too much is a fault, and on record once, so
    /// it is part of the answer.
    type Answer = Result<SessionReported>;

    fn describe(&self, draft: &mut Event) {
        draft.add_detail("session", self.id.as_str());
    }

    fn run_in(
        self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, Self>,
    ) -> Result<WriteOutcome<Self::Answer>> {
        let session = find_redeemed(work, &self.id)?;
        let mut template = describe(work, &session)?;
        work.draft = template.clone();
        if is_after_end(work, &session)? {
            template.add_detail("after_end", true);
        }
        let (new, known) = self.split_known(work)?;
        let kept = work.read.session_action_count(&session.id)?;
        if kept + new.len() as u64 > MAX_ACTIONS_PER_SESSION {
            return refuse_too_many(work, permit, &session);
        }
        let forgotten = work.now.saturating_sub(ID_RETENTION);
        let permit = permit.narrow();
        work.tx.session_actions_prune(&permit, forgotten)?;
        let mut last = None;
        for (action, digest) in &new {
            work.tx
                .session_action_add(&permit, &session.id, &action.id, digest, work.now)?;
            last = Some(record_action(work, action, &template)?);
        }
        let answer = Ok(SessionReported {
            recorded: new.len() as u64,
            known,
        });
        Ok(match last {
            Some(recorded) => WriteOutcome::Recorded(answer, recorded),
            None => WriteOutcome::Unchanged(answer),
        })
    }
}

impl SessionReport {
    /// Records all actions or none.
    ///
    /// # Errors
    /// `resource_denied` for everybody but a storefront, `session_not_found`,
    /// `session_ended` if the session was over for longer than 24 hours,
    /// `action_conflict` if an id is known with other content,
    /// `too_many_actions`.
    pub fn run(self, context: &Context<'_>) -> Result<SessionReported> {
        self.run_alone(context)?
    }

    /// The actions that are new, and how many are known. An id with other
    /// content is a conflict, within the report too.
    fn split_known(&self, work: &UnitOfWork<'_>) -> Result<(Vec<NewAction<'_>>, u64)> {
        let mut digests = BTreeMap::new();
        let (mut new, mut known) = (Vec::new(), 0);
        for action in self.actions.iter() {
            let digest = digest(&self.id, action)?;
            let earlier = match digests.insert(&action.id, digest) {
                Some(earlier) => Some(earlier),
                None => work.read.session_action_digest(&self.id, &action.id)?,
            };
            match earlier {
                None => new.push((action, digest)),
                Some(same) if same == digest => known += 1,
                Some(_) => {
                    return Err(Fault::ActionConflict {
                        action: action.id.to_string(),
                    });
                }
            }
        }
        Ok((new, known))
    }
}

/// The event that all actions of a report have in common.
fn describe(work: &UnitOfWork<'_>, session: &Session) -> Result<Event> {
    let mut event = work.event(Action::OtherDone);
    describe_session(work, session, &mut event)?;
    event.admin = Some(session.admin.clone());
    event.admin_id = Some(session.admin_id);
    event.role = role_name_of(work, session.admin_id)?;
    event.set_browser(&session.browser);
    Ok(event)
}

/// Whether the session is over. Fails if it has been for too long.
fn is_after_end(work: &UnitOfWork<'_>, session: &Session) -> Result<bool> {
    let Some((at, cause)) = end_of(session, work.now) else {
        return Ok(false);
    };
    if work.now >= at.saturating_add(REPORT_GRACE) {
        return Err(Fault::SessionEnded {
            cause: cause.as_str().replace('_', " "),
        });
    }
    Ok(true)
}

fn record_action(
    work: &mut UnitOfWork<'_>,
    action: &ReportedAction,
    template: &Event,
) -> Result<RecordedEvent> {
    let mut event = Event {
        action: action.action.action(),
        ..template.clone()
    };
    match &action.document {
        Some(document) => event.set_document(document.to_ref()),
        // The document that the session started from was not placed in it.
        None if action.action == ReportedKind::OrderPlaced => event.document = None,
        None if event.document.is_some() => event.add_detail("document_of", "session"),
        None => {}
    }
    event.add_detail("action_id", action.id.as_str());
    // Of a customer who was removed, and perhaps erased, no new words are kept.
    let is_known = event.customer_email.is_some();
    if let Some(summary) = action.summary.as_ref().filter(|_| is_known) {
        event.add_detail("summary", summary.as_str());
    }
    if let Some(at) = action.at {
        event.add_detail("at", at.to_string());
    }
    work.record_event(&event)
}

/// The fault, recorded the first time: a storefront that tries again and again
/// must not fill the log.
fn refuse_too_many(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionReport>,
    session: &Session,
) -> Result<WriteOutcome<Result<SessionReported>>> {
    let fault = Fault::TooManyActions {
        session: session.id.to_string(),
        max: MAX_ACTIONS_PER_SESSION,
    };
    if !work
        .tx
        .session_reports_full(&permit.narrow(), &session.id)?
    {
        return Ok(WriteOutcome::Unchanged(Err(fault)));
    }
    work.draft.mark_failed(&fault);
    let recorded = work.record()?;
    Ok(WriteOutcome::Recorded(Err(fault), recorded))
}

/// The digest of what was reported, to tell a retry from other content.
fn digest(session: &SessionId, action: &ReportedAction) -> Result<[u8; 32]> {
    let content = serde_json::to_vec(&(session, action)).map_err(Fault::internal)?;
    Ok(Sha256::digest(content).into())
}
