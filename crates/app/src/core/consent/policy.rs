//! The consent mode that applies to a customer.

use crate::ReadView;
use lac_model::config;
use lac_model::consent::{ConsentDenial, ConsentMode};
use lac_model::customer::Customer;
use lac_store::Result;

/// The mode of the customer's own website, where they were asked, whichever
/// website the login is for. While a move to another website is not confirmed,
/// the stricter mode of the two websites.
pub fn consent_mode(view: &ReadView<'_>, customer: &Customer) -> Result<ConsentMode> {
    let at = |id| -> Result<ConsentMode> {
        let website = view.store_tree()?.website(id);
        let value = view
            .config
            .effective(config::CONSENT_MODE, website, None)?
            .value;
        Ok(ConsentMode::from_config(value.as_deref()))
    };
    let own = at(customer.website_id)?;
    Ok(match customer.guard_website_id {
        Some(before) => own.min(at(before)?),
        None => own,
    })
}

/// Whether the customer's consent allows an impersonation now.
pub fn check_consent(
    view: &ReadView<'_>,
    customer: &Customer,
) -> Result<std::result::Result<(), ConsentDenial>> {
    Ok(consent_mode(view, customer)?.check(&customer.consent, view.now))
}
