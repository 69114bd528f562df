//! A login stands on what the log says of a customer's consent, not on the
//! customer's row alone.

use crate::app::View;
use crate::app::log::source::Source;
use crate::domain::audit::{Consented, Cut, Said, Until};
use crate::domain::customer::{Consent, Customer};
use crate::domain::fault::Fault;
use crate::domain::ids::CustomerId;
use crate::store::Result;

/// Checks that the event which granted the consent says so, and that no later
/// one takes it back; of who has said nothing, that they have not said no. Of
/// what was archived the granting event alone is looked at.
///
/// # Errors
/// `state_tampered`; `archive_missing` where the event was archived and the
/// file is gone.
pub fn proven(view: &View<'_>, customer: &Customer) -> Result<()> {
    let source = Source::of(view);
    match difference(source, customer.id, &customer.consent, 0)? {
        Some(problem) => Err(Fault::StateTampered {
            what: differs(customer.id, &problem),
        }),
        None => Ok(()),
    }
}

/// What the log says otherwise than the row; `None` where they agree. Where the
/// row says nothing, only events after `begun` count.
///
/// # Errors
/// `archive_missing`, and what reading fails with.
pub fn difference(
    source: Source<'_>,
    id: CustomerId,
    consent: &Consent,
    begun: u64,
) -> Result<Option<String>> {
    let newest = newest(source, id)?;
    let Some(seq) = consent.seq else {
        if consent.granted {
            return Ok(Some("no event granted it".to_owned()));
        }
        let spoken = newest.filter(|event| event.said != Said::Gone && event.seq > begun);
        return Ok(spoken.map(|event| format!("event {} changed it", event.seq)));
    };
    let mut ids = source.read.customer_former_ids(id)?;
    let mut last = newest;
    for former in &ids {
        let theirs = self::newest(source, *former)?;
        last = last.max_by_seq(theirs);
    }
    ids.push(id);
    let named = match last.filter(|event| event.seq == seq) {
        Some(event) => Some(event),
        None => at(source, seq)?,
    };
    let named = named.filter(|event| ids.contains(&event.customer));
    let is_so = |event: &Consented| match event.said {
        Said::Yes(until) => consent.granted && until.is(consent.until),
        Said::No => !consent.granted,
        Said::Gone => false,
    };
    if !named.as_ref().is_some_and(is_so) {
        let did = if consent.granted { "grant" } else { "revoke" };
        return Ok(Some(format!("event {seq} did not {did} it so")));
    }
    if !consent.granted {
        return Ok(None);
    }
    // Of two customers who turned out to be one the shorter yes holds.
    let later = last.filter(|event| event.seq > seq && !outlasts(event.said, consent));
    Ok(later.map(|event| format!("event {} took it back", event.seq)))
}

fn outlasts(said: Said, consent: &Consent) -> bool {
    matches!(said, Said::Yes(until) if until != Until::Unknown
        && until.is_no_sooner_than(consent.until))
}

/// In words.
pub fn differs(id: CustomerId, problem: &str) -> String {
    format!("the consent of customer {id} is not what the log says: {problem}")
}

/// The newest event in the database that changed somebody's consent.
fn newest(source: Source<'_>, id: CustomerId) -> Result<Option<Consented>> {
    let mut found = None;
    source.read.audit_consent(id, &mut |cut| {
        found = Consented::of(cut);
        Ok(())
    })?;
    Ok(found)
}

/// What one event, archived or not, changed.
fn at(source: Source<'_>, seq: u64) -> Result<Option<Consented>> {
    let mut found = None;
    source.event(seq, &mut |cut: &Cut<'_>| {
        found = Consented::of(cut);
        Ok(())
    })?;
    Ok(found)
}

/// The later of two events.
trait Later {
    fn max_by_seq(self, other: Self) -> Self;
}

impl Later for Option<Consented> {
    fn max_by_seq(self, other: Self) -> Self {
        match (self, other) {
            (Some(one), Some(two)) if one.seq > two.seq => Some(one),
            (one, None) => one,
            (_, two) => two,
        }
    }
}
