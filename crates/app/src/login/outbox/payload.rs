//! The payload of a hook. The program may pass it on to the customer, so it
//! contains neither the reason nor the token: those are for staff only.

use serde::{Deserialize, Serialize};

use super::notice::{NoticeSubject, store_notice};
use crate::UnitOfWork;
use crate::login::CustomerSummary;
use lac_model::audit::ConsentBasis;
use lac_model::environment::random_bytes;
use lac_model::ids::{SessionId, Ticket};
use lac_model::notice::{Hook, NoticeId};
use lac_model::session::Session;
use lac_model::time::Timestamp;
use lac_store::{OutboxWrite, Permit, Result};

/// The JSON object that a hook gets on stdin (`docs/hooks.md`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HookPayload {
    /// The notice's id: the same in every delivery.
    pub id: NoticeId,
    pub event: Hook,
    pub session_id: SessionId,
    pub customer: CustomerSummary,
    pub website: Option<String>,
    pub store_view: Option<String>,
    /// The admin user who impersonates.
    pub admin: String,
    pub ticket: Option<Ticket>,
    /// The consent that the login is based on, if the event has it.
    pub consent: Option<ConsentBasis>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub redeemed_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub audit_seq: Option<u64>,
}

/// Stores a notice that a login URL was issued, if there is a hook for it.
pub fn queue_after_login(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, OutboxWrite>,
    session: &Session,
    customer: &CustomerSummary,
    seq: Option<u64>,
) -> Result<()> {
    queue_notice(work, permit, Hook::AfterLogin, session, customer, seq)
}

/// Stores a notice that a session was opened, if there is a hook for it.
pub fn queue_after_redeem(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, OutboxWrite>,
    session: &Session,
    customer: &CustomerSummary,
    seq: Option<u64>,
) -> Result<()> {
    queue_notice(work, permit, Hook::AfterRedeem, session, customer, seq)
}

fn queue_notice(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, OutboxWrite>,
    hook: Hook,
    session: &Session,
    customer: &CustomerSummary,
    audit_seq: Option<u64>,
) -> Result<()> {
    if !work.hooks.contains(hook) {
        return Ok(());
    }
    let tree = work.store_tree()?;
    let id = NoticeId::from_bits(random_bytes(work.random));
    let payload = HookPayload {
        id: id.clone(),
        event: hook,
        session_id: session.id.clone(),
        customer: customer.clone(),
        website: tree.website(session.website_id).map(|w| w.code.clone()),
        store_view: tree.view(session.store_view_id).map(|v| v.code.clone()),
        admin: session.admin.clone(),
        ticket: session.ticket.clone(),
        consent: work.draft.consent.clone(),
        issued_at: session.issued_at,
        expires_at: session.expires_at,
        redeemed_at: session.redeemed_at,
        ends_at: session.ends_at,
        audit_seq,
    };
    let about = NoticeSubject {
        session: Some(session.id.clone()),
        customer: session.customer_id,
        website: session.website_id,
    };
    store_notice(work, permit, hook, id, about, &payload)
}
