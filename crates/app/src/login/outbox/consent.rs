//! The payloads of the hooks about consent. They name no agent: the program may
//! pass them on to the customer.

use serde::{Deserialize, Serialize};

use super::notice::{NoticeSubject, store_notice};
use crate::UnitOfWork;
use crate::login::CustomerSummary;
use lac_model::bounded::Ticket;
use lac_model::consent::ask::{AskDuration, ConsentAsk, ConsentAskId};
use lac_model::customer::{Consent, ConsentSource};
use lac_model::environment::random_bytes;
use lac_model::notice::{Hook, NoticeId};
use lac_model::time::Timestamp;
use lac_store::{OutboxWrite, Permit, Result};

/// The JSON object of `after_consent` (`docs/hooks.md`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentPayload {
    /// The notice's id: the same in every delivery.
    pub id: NoticeId,
    pub event: Hook,
    pub customer: CustomerSummary,
    pub website: Option<String>,
    pub granted: bool,
    /// When a grant ends; `null` for no end.
    pub until: Option<Timestamp>,
    /// `customer` or `admin`.
    pub source: Option<ConsentSource>,
    /// The storefront that passed on the customer's decision.
    pub storefront: Option<String>,
    /// The ask that the customer has allowed.
    pub ask: Option<ConsentAskId>,
    pub changed_at: Timestamp,
    pub audit_seq: Option<u64>,
}

/// The JSON object of `after_ask`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskPayload {
    /// The notice's id: the same in every delivery.
    pub id: NoticeId,
    pub event: Hook,
    pub customer: CustomerSummary,
    pub website: Option<String>,
    pub ask: ConsentAskId,
    pub ticket: Option<Ticket>,
    /// How long the consent would be valid, in seconds.
    pub duration: AskDuration,
    pub asked_at: Timestamp,
    /// Until when the customer can answer.
    pub expires_at: Timestamp,
    pub audit_seq: Option<u64>,
}

/// A change of consent to tell about.
#[derive(Debug)]
pub struct ConsentChange<'a> {
    pub customer: &'a CustomerSummary,
    pub website_id: i64,
    pub consent: &'a Consent,
    pub ask: Option<&'a ConsentAskId>,
}

/// Stores a notice that consent was changed, if there is a hook for it.
pub fn queue_after_consent(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, OutboxWrite>,
    change: &ConsentChange<'_>,
    audit_seq: Option<u64>,
) -> Result<()> {
    let hook = Hook::AfterConsent;
    if !work.hooks.contains(hook) {
        return Ok(());
    }
    let by_storefront = work.actor.storefront_id().is_some();
    let id = NoticeId::from_bits(random_bytes(work.random));
    let payload = ConsentPayload {
        id: id.clone(),
        event: hook,
        customer: change.customer.clone(),
        website: website_code(work, change.website_id)?,
        granted: change.consent.granted,
        until: change.consent.until,
        source: change.consent.source,
        storefront: by_storefront.then(|| work.actor.name.clone()),
        ask: change.ask.cloned(),
        changed_at: work.now,
        audit_seq,
    };
    let about = NoticeSubject {
        session: None,
        customer: change.customer.id,
        website: change.website_id,
    };
    store_notice(work, permit, hook, id, about, &payload)
}

/// Stores a notice that a customer was asked, if there is a hook for it.
pub fn queue_after_ask(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, OutboxWrite>,
    ask: &ConsentAsk,
    customer: &CustomerSummary,
    audit_seq: Option<u64>,
) -> Result<()> {
    let hook = Hook::AfterAsk;
    if !work.hooks.contains(hook) {
        return Ok(());
    }
    let id = NoticeId::from_bits(random_bytes(work.random));
    let payload = AskPayload {
        id: id.clone(),
        event: hook,
        customer: customer.clone(),
        website: website_code(work, ask.website_id)?,
        ask: ask.id.clone(),
        ticket: ask.ticket.clone(),
        duration: ask.duration,
        asked_at: ask.asked_at,
        expires_at: ask.expires_at,
        audit_seq,
    };
    let about = NoticeSubject {
        session: None,
        customer: ask.customer_id,
        website: ask.website_id,
    };
    store_notice(work, permit, hook, id, about, &payload)
}

fn website_code(work: &UnitOfWork<'_>, id: i64) -> Result<Option<String>> {
    let website = work.store_tree()?.website(id);
    Ok(website.map(|website| website.code.clone()))
}
