//! Checks a customer's consent against the log, so that a login does not rely
//! on the customer's row alone.

use crate::ReadView;
use lac_ledger::source::EventSource;
use lac_ledger::verify::consent_mismatch;
use lac_model::audit::{ConsentAction, ConsentEvent, ConsentLog, RecordFields};
use lac_model::customer::{Consent, Customer};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_store::Result;

/// Checks that the log contains the grant and no later revocation; for a
/// customer who never answered, that no refusal is logged. For archived events,
/// only the granting event is read. Fails with `state_tampered` if log and row
/// differ.
pub fn check_against_log(view: &ReadView<'_>, customer: &Customer) -> Result<()> {
    let source = view.log_source();
    match difference_from_log(source, customer.id, &customer.consent, 0)? {
        Some(problem) => Err(Fault::StateTampered {
            what: consent_mismatch(customer.id, &problem),
        }),
        None => Ok(()),
    }
}

/// How the log differs from the row; `None` if they agree. If the row has no
/// answer, only events after `begun` count.
pub fn difference_from_log(
    source: EventSource<'_>,
    id: CustomerId,
    consent: &Consent,
    begun: u64,
) -> Result<Option<String>> {
    let former = source.tx.customer_former_ids(id)?;
    let mut events: Vec<ConsentEvent> = Vec::new();
    events.extend(newest_change(source, id)?);
    for from in &former {
        // Only a `local:N` can be a former id, and a former id is never used
        // again.
        if !from.is_local() || source.tx.customer(*from)?.is_some() {
            return Ok(Some(format!("{from} is not a former id of this customer")));
        }
        if let Some(change) = newest_change(source, *from)? {
            events.push(change);
            events.extend(renumbering(source, *from, id)?);
        }
    }
    if let Some(seq) = consent.seq
        && !events.iter().any(|event| event.seq == seq)
    {
        events.extend(change_at(source, seq)?);
    }
    events.sort_unstable_by_key(|event| event.seq);
    let mut log = ConsentLog::default();
    for event in &events {
        log.apply(event);
    }
    Ok(log.find_difference(id, &former, consent, begun))
}

/// The newest event in the database that changed this customer's consent.
fn newest_change(source: EventSource<'_>, id: CustomerId) -> Result<Option<ConsentEvent>> {
    let mut found = None;
    source.tx.audit_last_consent(id, &mut |fields| {
        found = ConsentEvent::from_record(fields);
        Ok(())
    })?;
    Ok(found)
}

/// The event in the database that replaced a `local:N` with the merchant's id.
/// It may name either of the two as its customer.
fn renumbering(
    source: EventSource<'_>,
    from: CustomerId,
    to: CustomerId,
) -> Result<Option<ConsentEvent>> {
    let mut found = None;
    for id in [from, to] {
        source.tx.audit_customer_edits(id, &mut |fields| {
            let event = ConsentEvent::from_record(fields).filter(|event| event.customer == from);
            found = event
                .filter(|event| matches!(event.action, ConsentAction::Renumbered(_)))
                .or(found);
            Ok(())
        })?;
        if found.is_some() {
            break;
        }
    }
    Ok(found)
}

/// The consent change of one event, archived or not.
fn change_at(source: EventSource<'_>, seq: u64) -> Result<Option<ConsentEvent>> {
    let mut found = None;
    source.visit_event(seq, &mut |fields: &RecordFields<'_>| {
        found = ConsentEvent::from_record(fields);
        Ok(())
    })?;
    Ok(found)
}
