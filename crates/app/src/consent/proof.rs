//! A login stands on what the log says of a customer's consent, not on the
//! customer's row alone.

use crate::View;
use lac_ledger::source::Source;
use lac_ledger::verify::consent_differs;
use lac_model::audit::{ConsentLog, Consented, Cut, Said};
use lac_model::customer::{Consent, Customer};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_store::Result;

/// Checks that the event which granted the consent says so, and that no later
/// one takes it back; of who has said nothing, that they have not said no. Of
/// what was archived the granting event alone is looked at.
///
/// # Errors
/// `state_tampered`; `archive_missing` where the event was archived and the
/// file is gone.
pub fn proven(view: &View<'_>, customer: &Customer) -> Result<()> {
    let source = view.source();
    match difference(source, customer.id, &customer.consent, 0)? {
        Some(problem) => Err(Fault::StateTampered {
            what: consent_differs(customer.id, &problem),
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
    let former = source.read.customer_former_ids(id)?;
    let mut events: Vec<Consented> = Vec::new();
    events.extend(newest(source, id)?);
    for from in &former {
        // Nobody has a merchant's id before another one, and no id twice.
        if !from.is_local() || source.read.customer(*from)?.is_some() {
            return Ok(Some(format!("{from} is no former id of theirs")));
        }
        if let Some(word) = newest(source, *from)? {
            events.push(word);
            events.extend(renumbered(source, *from, id)?);
        }
    }
    if let Some(seq) = consent.seq
        && !events.iter().any(|event| event.seq == seq)
    {
        events.extend(at(source, seq)?);
    }
    events.sort_unstable_by_key(|event| event.seq);
    let mut log = ConsentLog::default();
    for event in &events {
        log.take(event);
    }
    Ok(log.difference(id, &former, consent, begun))
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

/// The event in the database that gave a `local:N` the merchant's id. It is
/// about either of the two.
fn renumbered(source: Source<'_>, from: CustomerId, to: CustomerId) -> Result<Option<Consented>> {
    let mut found = None;
    for id in [from, to] {
        source.read.audit_edits(id, &mut |cut| {
            let event = Consented::of(cut).filter(|event| event.customer == from);
            found = event
                .filter(|event| matches!(event.said, Said::Renumbered(_)))
                .or(found);
            Ok(())
        })?;
        if found.is_some() {
            break;
        }
    }
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
