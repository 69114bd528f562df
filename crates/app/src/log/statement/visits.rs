//! The events of one session, put together.

use std::collections::HashMap;
use std::time::Duration;

use super::detail;
use crate::View;
use crate::log::Readable;
use crate::log::summary;
use lac_ledger::statement::{Basis, Visit, VisitState};
use lac_ledger::summary::Seen;
use lac_model::audit::{Action, ConsentBasis, EventView, Outcome};
use lac_model::ids::SessionId;
use lac_model::session::{EndCause, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::Result;

/// Visits in the order in which they turn up.
#[derive(Debug, Default)]
pub(super) struct Visits {
    drafts: Vec<Draft>,
    by_session: HashMap<SessionId, usize>,
}

/// A visit, and what is needed to tell how it ended.
#[derive(Debug)]
struct Draft {
    visit: Visit,
    /// When the link dies.
    expires_at: Option<Timestamp>,
    /// When an open session ends by itself.
    ends_at: Option<Timestamp>,
    /// Why it will end by itself, where that is not its longest duration.
    foreseen: Option<EndCause>,
    /// When its end was recorded, and whether time had run out.
    end: Option<(Timestamp, bool)>,
}

impl Visits {
    /// Takes one event, oldest first. What is no step of a visit is left
    /// alone.
    pub fn take(&mut self, view: &View<'_>, readable: &Readable, seen: &Seen) -> Result<()> {
        let event = &seen.event;
        let Some(id) = event.session_id.as_ref() else {
            return Ok(());
        };
        let step = |act: Action| {
            event.full_action_name == act.full_name() && event.result == Outcome::Success
        };
        let (issue, redeem) = (step(Action::LoginIssue), step(Action::LoginRedeem));
        let end = step(Action::LoginEnd) || step(Action::LoginExpire);
        if !(issue || redeem || end) {
            return Ok(());
        }
        let at = *self.by_session.entry(id.clone()).or_insert_with(|| {
            self.drafts.push(Draft::new(id.clone()));
            self.drafts.len() - 1
        });
        let draft = &mut self.drafts[at];
        draft.about(event);
        draft.visit.erased |= seen.erased;
        if issue {
            let basis = event.consent.as_ref();
            let basis = basis
                .map(|basis| consent(view, readable, basis))
                .transpose()?;
            draft.issue(event, basis);
        } else if redeem {
            draft.visit.opened = Some(event.time);
            draft.ends_at = time(event, "ends_at");
        } else {
            draft.end(event);
        }
        Ok(())
    }

    /// Adds what lies outside the period, or is not written down yet, from the
    /// sessions as they are kept.
    pub fn finish(self, view: &View<'_>, readable: &Readable) -> Result<Vec<Visit>> {
        let mut visits = Vec::new();
        for mut draft in self.drafts {
            let session = view.read.session(&draft.visit.session_id)?;
            if let Some(session) = &session {
                if draft.visit.link_made.is_none()
                    && let Some(seen) = summary::event(view, readable, session.issue_seq)?
                {
                    let basis = seen.event.consent.as_ref();
                    let basis = basis
                        .map(|basis| consent(view, readable, basis))
                        .transpose()?;
                    draft.issue(&seen.event, basis);
                    draft.visit.erased |= seen.erased;
                }
                draft.kept(session);
            }
            draft.settle(view.now);
            visits.push(draft.visit);
        }
        Ok(visits)
    }
}

fn time(event: &EventView, key: &str) -> Option<Timestamp> {
    detail(event, key)?.parse().ok()
}

/// Who gave the consent, and when: told by the event that granted it.
fn consent(view: &View<'_>, readable: &Readable, basis: &ConsentBasis) -> Result<Basis> {
    let grant = match basis.seq {
        Some(seq) => summary::event(view, readable, seq)?.map(|seen| seen.event),
        None => None,
    };
    let grant = grant.filter(|event| event.full_action_name == Action::ConsentGrant.full_name());
    Ok(Basis {
        mode: basis.mode.clone(),
        is_override: basis.is_override,
        source: basis.source.map(|source| source.as_str().to_owned()),
        seq: basis.seq,
        given_at: grant.as_ref().map(|event| event.time),
        given_by: grant.and_then(|e| e.admin.clone().or_else(|| detail(&e, "storefront"))),
    })
}

impl Draft {
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
            erased: false,
        };
        Self {
            visit,
            expires_at: None,
            ends_at: None,
            foreseen: None,
            end: None,
        }
    }

    /// What every event of a session says.
    fn about(&mut self, event: &EventView) {
        let visit = &mut self.visit;
        for (known, said) in [
            (&mut visit.admin, &event.admin),
            (&mut visit.role, &event.role),
            (&mut visit.website, &event.website),
            (&mut visit.store_view, &event.store_view),
            (&mut visit.ticket, &event.ticket),
            (&mut visit.document, &event.document),
        ] {
            if known.is_none() {
                known.clone_from(said);
            }
        }
    }

    fn issue(&mut self, event: &EventView, consent: Option<Basis>) {
        self.about(event);
        self.expires_at = time(event, "expires_at");
        self.visit.link_made = Some(event.time);
        self.visit.reason.clone_from(&event.reason);
        self.visit.consent = consent;
        if let Some(number) = detail(event, "document") {
            self.visit.document.get_or_insert(number);
        }
    }

    fn end(&mut self, event: &EventView) {
        let seconds = event
            .details
            .as_ref()
            .and_then(|d| d.get("duration_seconds"));
        self.visit.seconds = seconds.and_then(serde_json::Value::as_u64);
        self.visit.cause = detail(event, "cause");
        self.visit.ended_by = detail(event, "ended_by");
        self.end = Some((event.time, event.action == Action::LoginExpire.name()));
    }

    fn kept(&mut self, session: &Session) {
        let visit = &mut self.visit;
        visit.link_made = visit.link_made.or(Some(session.issued_at));
        visit.opened = visit.opened.or(session.redeemed_at);
        // Consent that ends may have brought both forward since they were
        // recorded.
        self.expires_at = Some(session.expires_at);
        self.ends_at = session.ends_at.or(self.ends_at);
        if session.state.is_open() {
            self.foreseen = session.end_cause;
        }
        let over = matches!(session.state, SessionState::Ended | SessionState::Expired);
        if self.end.is_none() && over {
            visit.ended = session.ended_at;
            visit.cause = session.end_cause.map(|cause| cause.as_str().to_owned());
        }
    }

    /// What ran out ended when it ran out, not when somebody noticed, and also
    /// if nobody has.
    fn settle(&mut self, now: Timestamp) {
        let visit = &mut self.visit;
        let (runs_out, ran_out) = match visit.opened {
            Some(opened) => {
                let told = visit.seconds.map(|s| opened.plus(Duration::from_secs(s)));
                (told.or(self.ends_at), EndCause::DurationOver)
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
            let cause = self.foreseen.unwrap_or(ran_out);
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
            visit.seconds = Some(ended.since(opened).as_secs());
        }
    }
}
