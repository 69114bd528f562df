//! Combines the events of each session into a visit.

use std::collections::HashMap;
use std::time::Duration;

use super::detail_text;
use crate::ReadView;
use crate::log::ReadableLog;
use crate::log::reading;
use lac_ledger::report_summary::SummaryEvent;
use lac_ledger::statement::{Visit, VisitConsent, VisitState};
use lac_model::audit::{Action, ConsentBasis, EventView, Outcome};
use lac_model::ids::SessionId;
use lac_model::report::DoneAction;
use lac_model::session::{EndCause, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::Result;

/// Visits in the order of their first events.
#[derive(Debug, Default)]
pub(super) struct VisitCollector {
    drafts: Vec<VisitDraft>,
    by_session: HashMap<SessionId, usize>,
}

/// A visit, with what is needed to determine its end.
#[derive(Debug)]
struct VisitDraft {
    visit: Visit,
    /// When the link expires.
    expires_at: Option<Timestamp>,
    /// When the open session expires.
    ends_at: Option<Timestamp>,
    /// Why it expires, if not because of its maximum duration.
    planned_cause: Option<EndCause>,
    /// When its end was recorded, and whether it had expired.
    end: Option<(Timestamp, bool)>,
}

impl VisitCollector {
    /// Adds one event, oldest first. Events that are not part of a visit are
    /// ignored.
    pub(super) fn add_event(
        &mut self,
        view: &ReadView<'_>,
        readable: &ReadableLog,
        summary: &SummaryEvent,
    ) -> Result<()> {
        let event = &summary.event;
        let Some(id) = event.session_id.as_ref() else {
            return Ok(());
        };
        let step = |action: Action| {
            event.full_action_name == action.full_name() && event.result == Outcome::Success
        };
        let (issue, redeem) = (step(Action::LoginIssue), step(Action::LoginRedeem));
        let end = step(Action::LoginEnd) || step(Action::LoginExpire);
        let done = DoneAction::from_event(event);
        if !(issue || redeem || end || done.is_some()) {
            return Ok(());
        }
        let at = *self.by_session.entry(id.clone()).or_insert_with(|| {
            self.drafts.push(VisitDraft::new(id.clone()));
            self.drafts.len() - 1
        });
        let draft = &mut self.drafts[at];
        draft.fill_common(event, done.is_none());
        draft.visit.erased |= summary.erased;
        if let Some(done) = done {
            draft.visit.actions.push(done);
        } else if issue {
            let basis = event.consent.as_ref();
            let basis = basis
                .map(|basis| consent_basis(view, readable, basis))
                .transpose()?;
            draft.set_issued(event, basis);
        } else if redeem {
            draft.visit.opened = Some(event.time);
            draft.ends_at = detail_time(event, "ends_at");
        } else {
            draft.set_ended(event);
        }
        Ok(())
    }

    /// Completes the visits from the stored sessions: events outside the
    /// period, and expiries that are not recorded yet.
    pub(super) fn finish(self, view: &ReadView<'_>, readable: &ReadableLog) -> Result<Vec<Visit>> {
        let mut visits = Vec::new();
        for mut draft in self.drafts {
            let session = view.read.session(&draft.visit.session_id)?;
            if let Some(session) = &session {
                if draft.visit.link_made.is_none()
                    && let Some(summary) =
                        reading::find_readable_event(view, readable, session.issue_seq)?
                {
                    let basis = summary.event.consent.as_ref();
                    let basis = basis
                        .map(|basis| consent_basis(view, readable, basis))
                        .transpose()?;
                    draft.set_issued(&summary.event, basis);
                    draft.visit.erased |= summary.erased;
                }
                draft.merge_session(session);
            }
            draft.determine_end(view.now);
            visits.push(draft.visit);
        }
        Ok(visits)
    }
}

fn detail_time(event: &EventView, key: &str) -> Option<Timestamp> {
    detail_text(event, key)?.parse().ok()
}

/// Who gave the consent, and when, from the event that granted it.
fn consent_basis(
    view: &ReadView<'_>,
    readable: &ReadableLog,
    basis: &ConsentBasis,
) -> Result<VisitConsent> {
    let grant = match basis.seq {
        Some(seq) => {
            reading::find_readable_event(view, readable, seq)?.map(|summary| summary.event)
        }
        None => None,
    };
    let grant = grant.filter(|event| event.full_action_name == Action::ConsentGrant.full_name());
    Ok(VisitConsent {
        mode: basis.mode.clone(),
        is_override: basis.is_override,
        source: basis.source.map(|source| source.as_str().to_owned()),
        seq: basis.seq,
        given_at: grant.as_ref().map(|event| event.time),
        given_by: grant.and_then(|e| e.admin.clone().or_else(|| detail_text(&e, "storefront"))),
    })
}

impl VisitDraft {
    fn new(session_id: SessionId) -> Self {
        let visit = Visit {
            session_id,
            state: VisitState::EndUnknown,
            admin: None,
            role: None,
            website: None,
            store_view: None,
            link_made: None,
            opened: None,
            ended: None,
            seconds: None,
            cause: None,
            ended_by: None,
            reason: None,
            ticket: None,
            document: None,
            consent: None,
            actions: Vec::new(),
            erased: false,
        };
        Self {
            visit,
            expires_at: None,
            ends_at: None,
            planned_cause: None,
            end: None,
        }
    }

    /// Fills in the fields that every event of a session has. The document is
    /// that of the login, unless the event is about something done in the
    /// session.
    fn fill_common(&mut self, event: &EventView, is_of_login: bool) {
        let visit = &mut self.visit;
        let document = if is_of_login { &event.document } else { &None };
        for (known, value) in [
            (&mut visit.admin, &event.admin),
            (&mut visit.role, &event.role),
            (&mut visit.website, &event.website),
            (&mut visit.store_view, &event.store_view),
            (&mut visit.ticket, &event.ticket),
            (&mut visit.document, document),
        ] {
            if known.is_none() {
                known.clone_from(value);
            }
        }
    }

    fn set_issued(&mut self, event: &EventView, consent: Option<VisitConsent>) {
        self.fill_common(event, true);
        self.expires_at = detail_time(event, "expires_at");
        self.visit.link_made = Some(event.time);
        self.visit.reason.clone_from(&event.reason);
        self.visit.consent = consent;
        if let Some(number) = detail_text(event, "document") {
            self.visit.document.get_or_insert(number);
        }
    }

    fn set_ended(&mut self, event: &EventView) {
        let seconds = event
            .details
            .as_ref()
            .and_then(|d| d.get("duration_seconds"));
        self.visit.seconds = seconds.and_then(serde_json::Value::as_u64);
        self.visit.cause = detail_text(event, "cause");
        self.visit.ended_by = detail_text(event, "ended_by");
        self.end = Some((event.time, event.action == Action::LoginExpire.name()));
    }

    fn merge_session(&mut self, session: &Session) {
        let visit = &mut self.visit;
        visit.link_made = visit.link_made.or(Some(session.issued_at));
        visit.opened = visit.opened.or(session.redeemed_at);
        // The end of a consent may have brought both forward since then.
        self.expires_at = Some(session.expires_at);
        self.ends_at = session.ends_at.or(self.ends_at);
        if session.state.is_open() {
            self.planned_cause = session.end_cause;
            let idle = session.idle_until();
            if let Some(idle) = idle.filter(|idle| self.ends_at.is_none_or(|end| *idle < end)) {
                self.ends_at = Some(idle);
                self.planned_cause = Some(EndCause::Idle);
            }
        }
        let over = matches!(session.state, SessionState::Ended | SessionState::Expired);
        if self.end.is_none() && over {
            visit.ended = session.ended_at;
            visit.cause = session.end_cause.map(|cause| cause.as_str().to_owned());
        }
    }

    /// Determines the end. An expired session ended at its expiry time, even if
    /// the expiry was recorded later or not at all.
    fn determine_end(&mut self, now: Timestamp) {
        let visit = &mut self.visit;
        let (runs_out, ran_out) = match visit.opened {
            Some(opened) => {
                let recorded = visit
                    .seconds
                    .map(|s| opened.saturating_add(Duration::from_secs(s)));
                (recorded.or(self.ends_at), EndCause::DurationOver)
            }
            None => (self.expires_at, EndCause::LinkExpired),
        };
        let by_time = match self.end {
            Some((at, true)) => {
                visit.ended = runs_out.or(Some(at));
                true
            }
            Some((at, false)) => {
                visit.ended = Some(at);
                false
            }
            None if visit.ended.is_none() && runs_out.is_some_and(|end| now >= end) => {
                visit.ended = runs_out;
                true
            }
            None => false,
        };
        if by_time && visit.cause.is_none() {
            let cause = self.planned_cause.unwrap_or(ran_out);
            visit.cause = Some(cause.as_str().to_owned());
        }
        visit.state = match (visit.opened, visit.ended) {
            (Some(_), Some(_)) => VisitState::Ended,
            (Some(_), None) if runs_out.is_some() => VisitState::Open,
            (None, None) if runs_out.is_some() => VisitState::Waiting,
            (None, _) if visit.link_made.is_some() => VisitState::NotOpened,
            _ => VisitState::EndUnknown,
        };
        if let (Some(opened), Some(ended), None) = (visit.opened, visit.ended, visit.seconds) {
            visit.seconds = Some(ended.duration_since(opened).as_secs());
        }
    }
}
