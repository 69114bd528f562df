//! What a change of consent, or of how it is asked for, does to the sessions
//! that are open.

use super::close::{end_session, open_sessions};
use crate::UnitOfWork;
use crate::core::consent;
use lac_model::consent::ConsentDenial;
use lac_model::ids::CustomerId;
use lac_model::session::{EndCause, Session};
use lac_model::time::Timestamp;
use lac_store::{Permit, Result, SessionWrite, none_if_damaged};

/// Ends open sessions whose consent is gone, and shortens those whose consent
/// ends sooner than they would: of one customer, or of all after a change of
/// the config. Sessions that were started without consent stand on none, so
/// they stay. Returns how many ended.
pub fn end_without_consent(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    of: Option<CustomerId>,
) -> Result<usize> {
    let mut ended = 0;
    for session in open_sessions(work, of)? {
        // Who is removed has ended them already; of who cannot be read nothing
        // is known.
        let Some(customer) = none_if_damaged(work.read.customer(session.customer_id))? else {
            continue;
        };
        if session.is_override {
            continue;
        }
        let cause = match consent::check_consent(work, &customer)? {
            Ok(()) => {
                let limit =
                    consent::consent_mode(work, &customer)?.session_deadline(&customer.consent);
                limit_session(work, permit, &session, limit)?;
                continue;
            }
            Err(ConsentDenial::NotGranted) => EndCause::ConsentWithdrawn,
            Err(ConsentDenial::Expired(_)) => EndCause::ConsentExpired,
        };
        let _ = end_session(work, permit, &session, cause)?;
        ended += 1;
    }
    Ok(ended)
}

/// Ends the open sessions that a customer's no takes the ground from: all but
/// where consent is not asked; there only those that were started without.
/// Returns how many.
pub fn end_after_refusal(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    customer: CustomerId,
) -> Result<usize> {
    let mut ended = end_without_consent(work, permit, Some(customer))?;
    for session in override_sessions(work, customer)? {
        let _ = end_session(work, permit, &session, EndCause::ConsentWithdrawn)?;
        ended += 1;
    }
    Ok(ended)
}

/// Open sessions of a customer that were started without consent.
pub fn override_sessions(work: &UnitOfWork<'_>, customer: CustomerId) -> Result<Vec<Session>> {
    let mut sessions = open_sessions(work, Some(customer))?;
    sessions.retain(|session| session.is_override && session.expiry_at(work.now).is_none());
    Ok(sessions)
}

/// Lets a session end no later than `limit`, by consent that runs out.
pub fn limit_session(
    work: &UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    session: &Session,
    limit: Option<Timestamp>,
) -> Result<()> {
    if let Some(limit) = limit {
        let cause = EndCause::ConsentExpired;
        work.tx.session_shorten(permit, &session.id, limit, cause)?;
    }
    Ok(())
}
