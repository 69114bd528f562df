//! Shows customers' consent, and how their website asks for it.

use serde::{Deserialize, Serialize};

use super::own::{CustomerConsent, CustomerConsentShow, single_id};
use crate::core::consent::{check_consent, consent_mode};
use crate::core::{counted, find, is_storefront};
use crate::{Context, ReadView, read};
use lac_model::audit::Action;
use lac_model::bounded::{BoundedList, MAX_IDS_PER_REQUEST, ShortText};
use lac_model::config;
use lac_model::consent::ConsentMode;
use lac_model::customer::{ConsentSource, Customer};
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Asks for the consent of customers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentShow {
    /// Ids or e-mail addresses.
    pub customers: BoundedList<ShortText, MAX_IDS_PER_REQUEST>,
    pub website: Option<ShortText>,
}

/// The answer to [`ConsentShow`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConsentShown {
    /// For an admin user.
    Customers(Vec<ConsentView>),
    /// For a storefront's account: what the customer sees.
    Own(Box<CustomerConsent>),
}

/// A customer's consent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentView {
    pub id: CustomerId,
    pub email: String,
    pub website: String,
    /// `granted` or `withheld`; an expired grant is withheld.
    pub consent: String,
    /// When the grant expires or expired; `null` for no end.
    pub until: Option<Timestamp>,
    /// The website's consent mode, `lac/consent/mode`.
    pub mode: ConsentMode,
    /// Whether the consent allows a login now.
    pub allowed: bool,
    /// `null` if it was never changed.
    pub changed_at: Option<Timestamp>,
    pub source: Option<ConsentSource>,
    /// The name of the admin user or storefront that changed it.
    pub changed_by: Option<String>,
    /// The checkbox's title on the customer's website.
    pub title: String,
    pub tooltip: String,
}

impl ConsentShow {
    /// For a storefront's account this is [`CustomerConsentShow`], of one
    /// customer.
    ///
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `document_number`, `website_not_found`; `invalid_value` for a storefront's
    /// account that does not name one customer by id.
    pub fn run(self, context: &Context<'_>) -> Result<ConsentShown> {
        if is_storefront(context) {
            let customer = single_id(&self.customers)?;
            let own = CustomerConsentShow { customer }.run(context)?;
            return Ok(ConsentShown::Own(Box::new(own)));
        }
        let needs = [Resource::CUSTOMER_MANAGE];
        let (found, who) = read(context, Action::ConsentRead, &needs, |view| {
            let website = self.website.as_deref();
            let shown = self
                .customers
                .iter()
                .map(|named| {
                    ConsentView::from_customer(view, find::customer(view, named, website)?)
                })
                .collect::<Result<Vec<ConsentView>>>()?;
            Ok((shown, view.actor.identity))
        })?;
        counted::record_bulk_read(context, who, Action::ConsentRead, found.len(), |_| {})?;
        Ok(ConsentShown::Customers(found))
    }
}

impl ConsentView {
    fn from_customer(view: &ReadView<'_>, customer: Customer) -> Result<Self> {
        let website = view.store_tree()?.website(customer.website_id);
        let text = |path| -> Result<String> {
            let effective = view.config.effective(path, website, None)?;
            Ok(effective.value.unwrap_or_default())
        };
        Ok(Self {
            title: text(config::CHECKBOX_TITLE)?,
            tooltip: text(config::CHECKBOX_TOOLTIP)?,
            website: website.map_or_else(String::new, |w| w.code.clone()),
            id: customer.id,
            consent: customer.consent.status_at(view.now).to_owned(),
            until: customer.consent.until,
            mode: consent_mode(view, &customer)?,
            allowed: check_consent(view, &customer)?.is_ok(),
            email: customer.email,
            changed_at: customer.consent.changed_at,
            source: customer.consent.source,
            changed_by: customer.consent.changed_by,
        })
    }
}
