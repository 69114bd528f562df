//! A login stands on what the log says of a customer's consent, not on the
//! customer's row alone.

use crate::ReadView;
use lac_ledger::source::EventSource;
use lac_ledger::verify::consent_mismatch;
use lac_model::audit::{ConsentAction, ConsentEvent, ConsentLog, RecordFields};
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
pub fn check_against_log(view: &ReadView<'_>, customer: &Customer) -> Result<()> {
    let source = view.log_source();
    match difference_from_log(source, customer.id, &customer.consent, 0)? {
        Some(problem) => Err(Fault::StateTampered {
            what: consent_mismatch(customer.id, &problem),
        }),
        None => Ok(()),
    }
}

/// What the log says otherwise than the row; `None` where they agree. Where the
/// row says nothing, only events after `begun` count.
///
/// # Errors
/// `archive_missing`, and what reading fails with.
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
        // Nobody has a merchant's id before another one, and no id twice.
        if !from.is_local() || source.tx.customer(*from)?.is_some() {
            return Ok(Some(format!("{from} is no former id of theirs")));
        }
        if let Some(word) = newest_change(source, *from)? {
            events.push(word);
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

/// The newest event in the database that changed somebody's consent.
fn newest_change(source: EventSource<'_>, id: CustomerId) -> Result<Option<ConsentEvent>> {
    let mut found = None;
    source.tx.audit_last_consent(id, &mut |cut| {
        found = ConsentEvent::from_record(cut);
        Ok(())
    })?;
    Ok(found)
}

/// The event in the database that gave a `local:N` the merchant's id. It is
/// about either of the two.
fn renumbering(
    source: EventSource<'_>,
    from: CustomerId,
    to: CustomerId,
) -> Result<Option<ConsentEvent>> {
    let mut found = None;
    for id in [from, to] {
        source.tx.audit_customer_edits(id, &mut |cut| {
            let event = ConsentEvent::from_record(cut).filter(|event| event.customer == from);
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

/// What one event, archived or not, changed.
fn change_at(source: EventSource<'_>, seq: u64) -> Result<Option<ConsentEvent>> {
    let mut found = None;
    source.visit_event(seq, &mut |cut: &RecordFields<'_>| {
        found = ConsentEvent::from_record(cut);
        Ok(())
    })?;
    Ok(found)
}
