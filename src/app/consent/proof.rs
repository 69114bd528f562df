//! A login stands on what the log says of a customer's consent, not on the
//! customer's row alone.

use crate::app::View;
use crate::app::log::source::Source;
use crate::domain::audit::{Consented, Cut, Said, Until};
use crate::domain::customer::Customer;
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
    let consent = &customer.consent;
    let newest = newest(view, customer.id)?;
    if !consent.granted {
        let has_spoken = newest.is_some_and(|event| event.said != Said::Gone);
        return if has_spoken && consent.seq.is_none() {
            Err(differs(customer, "the log knows what was said"))
        } else {
            Ok(())
        };
    }
    let Some(seq) = consent.seq else {
        return Err(differs(customer, "no event granted it"));
    };
    let mut ids = view.read.customer_former_ids(customer.id)?;
    let mut last = newest;
    for former in &ids {
        let theirs = self::newest(view, *former)?;
        last = last.max_by_seq(theirs);
    }
    ids.push(customer.id);
    let granted = match last.filter(|event| event.seq == seq) {
        Some(event) => Some(event),
        None => at(view, seq)?,
    };
    match granted {
        Some(event) if ids.contains(&event.customer) && is_yes(event.said, customer) => {}
        _ => {
            let problem = format!("event {seq} did not grant it");
            return Err(differs(customer, &problem));
        }
    }
    // Of two customers who turned out to be one the shorter yes holds.
    match last {
        Some(event) if event.seq > seq && !outlasts(event.said, customer) => {
            let problem = format!("event {} took it back", event.seq);
            Err(differs(customer, &problem))
        }
        _ => Ok(()),
    }
}

fn is_yes(said: Said, customer: &Customer) -> bool {
    matches!(said, Said::Yes(until) if until.is(customer.consent.until))
}

fn outlasts(said: Said, customer: &Customer) -> bool {
    matches!(said, Said::Yes(until) if until != Until::Unknown
        && until.is_no_sooner_than(customer.consent.until))
}

fn differs(customer: &Customer, problem: &str) -> Fault {
    Fault::StateTampered {
        what: format!(
            "the consent of customer {} is not what the log says: {problem}",
            customer.id
        ),
    }
}

/// The newest event in the database that changed somebody's consent.
fn newest(view: &View<'_>, id: CustomerId) -> Result<Option<Consented>> {
    let mut found = None;
    view.read.audit_consent(id, &mut |cut| {
        found = Consented::of(cut);
        Ok(())
    })?;
    Ok(found)
}

/// What one event, archived or not, changed.
fn at(view: &View<'_>, seq: u64) -> Result<Option<Consented>> {
    let mut found = None;
    Source::of(view).event(seq, &mut |cut: &Cut<'_>| {
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
