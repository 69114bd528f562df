//! One change of a customer's consent, whoever decides it, with everything that
//! follows from it.

use super::asks;
use crate::UnitOfWork;
use crate::core::sessions;
use crate::login::{CustomerSummary, outbox};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::Action;
use lac_model::bounded::Reason;
use lac_model::consent::ask::{AskAction, ConsentAskId};
use lac_model::customer::{Consent, ConsentSource, Customer};
use lac_model::time::Timestamp;
use lac_store::{ConsentAskWrite, ConsentWrite, Covers, OutboxWrite, Permit, Result, SessionWrite};

/// The act that [`change_consent`] needs a permit for.
pub struct ConsentStep;

impl Covers<ConsentWrite> for ConsentStep {}
impl Covers<ConsentAskWrite> for ConsentStep {}
impl Covers<SessionWrite> for ConsentStep {}
impl Covers<OutboxWrite> for ConsentStep {}

/// What a customer's consent becomes.
#[derive(Debug)]
pub(super) struct NewConsent<'a> {
    pub granted: bool,
    /// When the grant ends; `None` for no end.
    pub until: Option<Timestamp>,
    pub source: ConsentSource,
    pub reason: Option<&'a Reason>,
    /// The ask that the customer has allowed.
    pub ask: Option<&'a ConsentAskId>,
    /// Whether it is the last grant for now that the storefront may pass on.
    pub reaches_limit: bool,
}

/// A change that was made.
#[derive(Debug)]
pub(super) struct AppliedConsent {
    pub consent: Consent,
    pub recorded: RecordedEvent,
    pub sessions_ended: usize,
}

/// Stores and records the consent, ends the sessions that it no longer allows,
/// closes an open ask and queues the notice.
pub(super) fn change_consent(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConsentStep>,
    customer: &Customer,
    new: &NewConsent<'_>,
) -> Result<AppliedConsent> {
    if new.ask.is_none() {
        close_ask(work, permit, customer, new)?;
    }
    let consent = Consent {
        granted: new.granted,
        changed_at: Some(work.now),
        source: Some(new.source),
        changed_by: Some(work.actor.name.clone()),
        seq: Some(work.next_seq()),
        until: new.until,
    };
    let mut event = work.event(if new.granted {
        Action::ConsentGrant
    } else {
        Action::ConsentRevoke
    });
    let website = work.store_tree()?.website(customer.website_id);
    event.customer_id = Some(customer.id);
    event.customer_email = Some(customer.email.clone());
    event.website = Some(website.map_or_else(String::new, |w| w.code.clone()));
    event.reason = new.reason.map(ToString::to_string);
    event.add_detail("source", new.source.as_str());
    event.add_change(customer.consent.status_text(), consent.status_text());
    if let Some(until) = new.until {
        event.add_detail("until", until.to_string());
    }
    if let Some(ask) = new.ask {
        event.add_detail("ask", ask.as_str());
    }
    if new.reaches_limit {
        event.add_detail("limit_reached", true);
    }
    work.tx
        .consent_put(&permit.narrow(), customer.id, &consent)?;
    let recorded = work.record_event(&event)?;
    let sessions_ended = if new.granted {
        sessions::end_without_consent(work, &permit.narrow(), Some(customer.id))?
    } else {
        sessions::end_after_refusal(work, &permit.narrow(), customer.id)?
    };
    let summary = CustomerSummary::from_customer(work, customer)?;
    let notice = outbox::ConsentChange {
        customer: &summary,
        website_id: customer.website_id,
        consent: &consent,
        ask: new.ask,
    };
    outbox::queue_after_consent(work, &permit.narrow(), &notice, recorded.seq)?;
    Ok(AppliedConsent {
        consent,
        recorded,
        sessions_ended,
    })
}

/// Closes the customer's open ask: with their own checkbox they have answered
/// it, and if an admin user decides for them, nobody needs the answer any more.
fn close_ask(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConsentStep>,
    customer: &Customer,
    new: &NewConsent<'_>,
) -> Result<()> {
    let action = match (new.source, new.granted) {
        (ConsentSource::Customer, true) => AskAction::Allow,
        (ConsentSource::Customer, false) => AskAction::Deny,
        (ConsentSource::Admin | ConsentSource::Import, _) => AskAction::Withdraw,
    };
    if let Some(ask) = asks::open_ask(work, customer.id)?
        && ask.apply(action, work.now).is_ok()
    {
        let _ = asks::close_ask(work, &permit.narrow(), customer, ask, action)?;
    }
    Ok(())
}
