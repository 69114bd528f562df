//! Shows a customer their own consent, for the checkbox in the account.

use serde::{Deserialize, Serialize};

use crate::core::consent::consent_mode;
use crate::shop::consent::asks::{OpenAsk, open_ask};
use crate::shop::consent::own_customer::find_own_customer;
use crate::{Context, ReadView, read};
use lac_model::access::StorefrontRight;
use lac_model::audit::Action;
use lac_model::config;
use lac_model::consent::ConsentMode;
use lac_model::consent::ask::AskState;
use lac_model::customer::Customer;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Asks for the customer's own consent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerConsentShow {
    pub customer: CustomerId,
}

/// A customer's consent as the customer sees it. No names: who of the staff
/// changed it is not theirs to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerConsent {
    pub customer_id: CustomerId,
    /// Whether the checkbox is set: the customer allows assistance, and has
    /// until now where the mode is `opt-out` and they have never answered.
    pub granted: bool,
    /// When the grant ends; `null` for no end.
    pub until: Option<Timestamp>,
    /// `null` if it was never changed.
    pub changed_at: Option<Timestamp>,
    pub mode: ConsentMode,
    /// The checkbox's title on the customer's website.
    pub title: String,
    pub tooltip: String,
    /// Whether this storefront may pass on a change.
    pub can_change: bool,
    pub website: String,
    pub website_name: String,
    /// The ask that waits for the customer's answer.
    pub ask: Option<OpenAsk>,
}

impl CustomerConsentShow {
    /// # Errors
    /// `resource_denied` for everybody but a storefront's account;
    /// `customer_not_found` outside its websites.
    pub fn run(self, context: &Context<'_>) -> Result<CustomerConsent> {
        let needs = [Resource::LAC_STOREFRONT];
        read(context, Action::ConsentRead, &needs, |view| {
            view.require_storefront()?;
            let customer = find_own_customer(view, self.customer)?;
            CustomerConsent::from_customer(view, &customer)
        })
    }
}

impl CustomerConsent {
    pub(in crate::shop::consent) fn from_customer(
        view: &ReadView<'_>,
        customer: &Customer,
    ) -> Result<Self> {
        let website = view.store_tree()?.website(customer.website_id);
        let text = |path| -> Result<String> {
            let effective = view.config.effective(path, website, None)?;
            Ok(effective.value.unwrap_or_default())
        };
        let (mode, consent) = (consent_mode(view, customer)?, &customer.consent);
        let granted = match mode {
            ConsentMode::OptOut => mode.check(consent, view.now).is_ok(),
            ConsentMode::OptIn | ConsentMode::Mandatory => {
                consent.granted && consent.expired_at(view.now).is_none()
            }
        };
        let ask = open_ask(view, customer.id)?;
        let ask = ask.filter(|ask| ask.state_at(view.now) == AskState::Open);
        Ok(Self {
            customer_id: customer.id,
            granted,
            until: consent.until.filter(|_| granted && consent.granted),
            changed_at: consent.changed_at,
            mode,
            title: text(config::CHECKBOX_TITLE)?,
            tooltip: text(config::CHECKBOX_TOOLTIP)?,
            can_change: view
                .actor
                .storefront_rights
                .allows(StorefrontRight::Consent),
            website: website.map_or_else(String::new, |w| w.code.clone()),
            website_name: website.map_or_else(String::new, |w| w.name.clone()),
            ask: ask.map(|ask| OpenAsk::from_ask(view, ask)).transpose()?,
        })
    }
}
