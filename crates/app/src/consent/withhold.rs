//! A yes that does not go with a customer to another account.

use crate::{View, Work};
use lac_model::audit::Action;
use lac_model::customer::{Consent, ConsentSource, Customer};
use lac_model::resource::Resource;
use lac_store::{ConsentWrite, Permit, Result};

/// Whether the actor may let a yes go over to another account: whoever could
/// grant it there as well.
pub fn may_pass_on(view: &View<'_>) -> bool {
    view.actor.rights.hold(Resource::ALLOW_SHOPPING_ASSISTANCE)
}

/// Takes back the yes of a customer who was made somebody else, as an event of
/// its own. It counts as said here: no file turns it.
pub fn withhold(
    work: &mut Work<'_>,
    permit: &Permit<'_, ConsentWrite>,
    customer: &mut Customer,
) -> Result<()> {
    let mut event = work.event(Action::ConsentRevoke);
    event.customer_id = Some(customer.id);
    event.customer_email = Some(customer.email.clone());
    let website = work.tree()?.website(customer.website_id);
    event.website = website.map(|website| website.code.clone());
    event.detail("source", ConsentSource::Admin.as_str());
    event.detail("cause", "identity_changed");
    let consent = Consent {
        granted: false,
        changed_at: Some(work.now),
        source: Some(ConsentSource::Admin),
        changed_by: Some(work.actor.name.clone()),
        seq: Some(work.next_seq()),
        until: None,
    };
    event.change(customer.consent.in_words(), consent.in_words());
    work.tx.consent_put(permit, customer.id, &consent)?;
    let _ = work.record_also(&event)?;
    customer.consent = consent;
    Ok(())
}
