//! Shows a customer.

use serde::{Deserialize, Serialize};

use super::CustomerView;
use crate::Context;
use crate::core::{counted, find};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Asks for one customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerShow {
    /// An id or an e-mail address.
    pub customer: ShortText,
    pub website: Option<ShortText>,
}

impl CustomerShow {
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `document_number`, `website_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<CustomerView> {
        let needs = [Resource::CUSTOMER_MANAGE];
        counted::read_counted(
            context,
            Action::CustomerRead,
            &needs,
            |_| 1,
            |view| {
                let website = self.website.as_deref();
                let customer = find::customer(view, &self.customer, website)?;
                CustomerView::for_view(view, customer)
            },
        )
    }
}
