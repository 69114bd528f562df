//! Customers as a storefront sees them.

use crate::ReadView;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_store::Result;

/// The customer with this id on the storefront's websites. A `local:N` is an id
/// of no storefront.
pub(super) fn find_own_customer(view: &ReadView<'_>, id: CustomerId) -> Result<Customer> {
    let found = view.read.customer(id)?.filter(|customer| {
        !customer.id.is_local() && view.actor.can_see_website(customer.website_id)
    });
    found.ok_or_else(|| Fault::CustomerNotFound {
        customer: id.to_string(),
    })
}
