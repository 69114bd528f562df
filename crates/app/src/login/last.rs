//! `--last`: the customer of the agent's most recent session.

use crate::ReadView;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_store::{Result, SessionQuery};

/// The customer of the agent's most recent session. Not found if there is no
/// session, or if the customer was removed or is outside the role scope.
pub(super) fn last_customer(view: &ReadView<'_>) -> Result<Customer> {
    let missing = || Fault::CustomerNotFound {
        customer: "of a last session".to_owned(),
    };
    let admin_id = Some(view.actor.admin_id().ok_or_else(missing)?);
    let query = SessionQuery {
        admin_id,
        limit: Some(1),
        ..SessionQuery::default()
    };
    let session = view
        .read
        .sessions(&query)?
        .into_iter()
        .next()
        .ok_or_else(missing)?;
    view.read
        .customer(session.customer_id)?
        .filter(|customer| view.actor.can_see_website(customer.website_id))
        .ok_or_else(missing)
}
