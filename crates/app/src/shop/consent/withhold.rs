//! Withdraws consent if a customer record comes to belong to another account.

use crate::{ReadView, UnitOfWork};
use lac_model::audit::Action;
use lac_model::customer::{Consent, ConsentSource, Customer};
use lac_model::resource::Resource;
use lac_store::{ConsentWrite, Permit, Result};

/// Whether the actor may transfer consent to another account: only actors who
/// may grant consent themselves.
pub fn may_transfer_consent(view: &ReadView<'_>) -> bool {
    view.actor
        .rights
        .allows(Resource::ALLOW_SHOPPING_ASSISTANCE)
}

/// Withdraws the customer's consent and records an event for it. It counts as
/// an admin user's decision, so imports cannot override it.
pub fn withhold_consent(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConsentWrite>,
    customer: &mut Customer,
) -> Result<()> {
    let mut event = work.event(Action::ConsentRevoke);
    event.customer_id = Some(customer.id);
    event.customer_email = Some(customer.email.clone());
    let website = work.store_tree()?.website(customer.website_id);
    event.website = website.map(|website| website.code.clone());
    event.add_detail("source", ConsentSource::Admin.as_str());
    event.add_detail("cause", "identity_changed");
    let consent = Consent {
        granted: false,
        changed_at: Some(work.now),
        source: Some(ConsentSource::Admin),
        changed_by: Some(work.actor.name.clone()),
        seq: Some(work.next_seq()),
        until: None,
    };
    event.add_change(customer.consent.status_text(), consent.status_text());
    work.tx.consent_put(permit, customer.id, &consent)?;
    let _ = work.record_event(&event)?;
    customer.consent = consent;
    Ok(())
}
