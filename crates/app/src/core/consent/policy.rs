//! How consent is asked for where a customer is at home.

use crate::ReadView;
use lac_model::config;
use lac_model::consent::{ConsentDenial, ConsentMode};
use lac_model::customer::Customer;
use lac_store::Result;

/// The mode of the customer's own website, wherever the login goes: it is
/// there that they were asked. Of somebody whose move is not confirmed, the
/// stricter one of both websites.
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

/// Whether an impersonation may stand on the customer's consent now.
pub fn check_consent(
    view: &ReadView<'_>,
    customer: &Customer,
) -> Result<std::result::Result<(), ConsentDenial>> {
    Ok(consent_mode(view, customer)?.check(&customer.consent, view.now))
}
