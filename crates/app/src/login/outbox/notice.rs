//! Storing a notice, whatever it reports.

use serde::Serialize;

use crate::UnitOfWork;
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::notice::{Hook, Notice, NoticeId};
use lac_store::{OutboxWrite, Permit, Result};

/// What a notice is about.
#[derive(Debug)]
pub(super) struct NoticeSubject {
    pub session: Option<SessionId>,
    pub customer: CustomerId,
    pub website: i64,
}

/// Stores a notice that is due at once.
pub(super) fn store_notice(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, OutboxWrite>,
    hook: Hook,
    id: NoticeId,
    about: NoticeSubject,
    payload: &impl Serialize,
) -> Result<()> {
    let payload = serde_json::to_string(payload).map_err(Fault::internal)?;
    let notice = Notice {
        id,
        number: 0,
        hook,
        session_id: about.session,
        customer_id: about.customer,
        website_id: about.website,
        payload: Some(payload),
        created_at: work.now,
        attempts: 0,
        next_at: Some(work.now),
        last_error: None,
        delivered_at: None,
    };
    work.tx.notice_add(permit, &notice)
}
