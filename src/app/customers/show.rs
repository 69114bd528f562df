//! One customer.

use serde::{Deserialize, Serialize};

use super::CustomerView;
use crate::app::{Desk, bulk, find};
use crate::domain::audit::Action;
use crate::domain::form::ShortText;
use crate::domain::resource::Resource;
use crate::store::Result;

/// Asks for one customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Show {
    /// An id or an e-mail address.
    pub customer: ShortText,
    pub website: Option<ShortText>,
}

impl Show {
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `website_not_found`.
    pub fn run(self, desk: &Desk<'_>) -> Result<CustomerView> {
        let needs = [Resource::CUSTOMER_MANAGE];
        bulk::look_up(
            desk,
            Action::CustomerRead,
            &needs,
            |_| 1,
            |view| {
                let website = self.website.as_deref();
                let customer = find::customer(view, &self.customer, website)?;
                CustomerView::seen(view, customer)
            },
        )
    }
}
