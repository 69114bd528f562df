//! What a change of consent, or of how it is asked for, does to the sessions
//! that are open.

use super::close::{end, open};
use crate::{Work, consent};
use lac_model::consent::Withheld;
use lac_model::ids::CustomerId;
use lac_model::session::{EndCause, Session};
use lac_model::time::Timestamp;
use lac_store::{Permit, Result, SessionWrite, unless_damaged};

/// Ends open sessions whose consent is gone, and shortens those whose consent
/// ends sooner than they would: of one customer, or of all after a change of
/// the config. Sessions that were started without consent stand on none, so
/// they stay. Returns how many ended.
pub fn end_where_consent_is_gone(
    work: &mut Work<'_>,
    permit: &Permit<'_, SessionWrite>,
    of: Option<CustomerId>,
) -> Result<usize> {
    let mut ended = 0;
    for session in open(work, of)? {
        // Who is removed has ended them already; of who cannot be read nothing
        // is known.
        let Some(customer) = unless_damaged(work.read.customer(session.customer_id))? else {
            continue;
        };
        if session.is_override {
            continue;
        }
        let cause = match consent::standing(work, &customer)? {
            Ok(()) => {
                let limit = consent::mode(work, &customer)?.limit(&customer.consent);
                shorten(work, permit, &session, limit)?;
                continue;
            }
            Err(Withheld::Said) => EndCause::ConsentWithdrawn,
            Err(Withheld::RanOut(_)) => EndCause::ConsentExpired,
        };
        let _ = end(work, permit, &session, cause)?;
        ended += 1;
    }
    Ok(ended)
}

/// Ends the open sessions that a customer's no takes the ground from: all but
/// where consent is not asked; there only those that were started without.
/// Returns how many.
pub fn end_after_a_no(
    work: &mut Work<'_>,
    permit: &Permit<'_, SessionWrite>,
    customer: CustomerId,
) -> Result<usize> {
    let mut ended = end_where_consent_is_gone(work, permit, Some(customer))?;
    for session in overriding(work, customer)? {
        let _ = end(work, permit, &session, EndCause::ConsentWithdrawn)?;
        ended += 1;
    }
    Ok(ended)
}

/// Open sessions of a customer that were started without consent.
pub fn overriding(work: &Work<'_>, customer: CustomerId) -> Result<Vec<Session>> {
    let mut sessions = open(work, Some(customer))?;
    sessions.retain(|session| session.is_override && session.over_at(work.now).is_none());
    Ok(sessions)
}

/// Lets a session end no later than `limit`, by consent that runs out.
pub fn shorten(
    work: &Work<'_>,
    permit: &Permit<'_, SessionWrite>,
    session: &Session,
    limit: Option<Timestamp>,
) -> Result<()> {
    if let Some(limit) = limit {
        let cause = EndCause::ConsentExpired;
        work.tx.session_limit(permit, &session.id, limit, cause)?;
    }
    Ok(())
}
