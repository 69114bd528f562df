//! Ends or shortens open sessions after a change of consent or of the consent
//! mode.

use super::close::{end_session, open_sessions};
use crate::UnitOfWork;
use crate::core::consent;
use lac_model::consent::ConsentDenial;
use lac_model::ids::CustomerId;
use lac_model::session::{EndCause, Session};
use lac_model::time::Timestamp;
use lac_store::{Permit, Result, SessionWrite, none_if_damaged};

/// Ends open sessions that consent no longer allows, and shortens those that
/// outlast it: for one customer, or for all after a change of the config.
/// Override sessions do not rely on consent, so they stay open. Returns how
/// many ended.
pub fn end_without_consent(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    of: Option<CustomerId>,
) -> Result<usize> {
    let mut ended = 0;
    for session in open_sessions(work, of)? {
        // The sessions of a removed customer are closed already; a damaged row
        // says nothing about consent.
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

/// Ends a customer's open sessions after consent was refused: those that rely
/// on consent, and those started with an override. Where no consent is
/// required, only the latter. Returns how many.
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

/// The customer's open sessions that were started without consent.
pub fn override_sessions(work: &UnitOfWork<'_>, customer: CustomerId) -> Result<Vec<Session>> {
    let mut sessions = open_sessions(work, Some(customer))?;
    sessions.retain(|session| session.is_override && session.expiry_at(work.now).is_none());
    Ok(sessions)
}

/// Shortens a session so that it ends no later than `limit`, when consent
/// expires.
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
