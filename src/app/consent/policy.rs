//! How consent is asked for where a customer is at home.

use crate::app::View;
use crate::domain::config;
use crate::domain::consent::{ConsentMode, Withheld};
use crate::domain::customer::Customer;
use crate::store::Result;

/// The mode of the customer's own website, wherever the login goes: it is
/// there that they were asked.
pub fn mode(view: &View<'_>, customer: &Customer) -> Result<ConsentMode> {
    let website = view.tree()?.website(customer.website_id);
    let value = view.config.at(config::CONSENT_MODE, website, None)?.value;
    Ok(ConsentMode::of(value.as_deref()))
}

/// Whether an impersonation may stand on the customer's consent now.
pub fn standing(view: &View<'_>, customer: &Customer) -> Result<std::result::Result<(), Withheld>> {
    Ok(mode(view, customer)?.judge(&customer.consent, view.now))
}
