//! One customer.

use serde::{Deserialize, Serialize};

use super::CustomerView;
use crate::app::{Desk, find, look};
use crate::domain::audit::Action;
use crate::domain::resource::Resource;
use crate::store::Result;

/// Asks for one customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Show {
    /// An id or an e-mail address.
    pub customer: String,
    pub website: Option<String>,
}

impl Show {
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `website_not_found`.
    pub fn run(self, desk: &Desk<'_>) -> Result<CustomerView> {
        let needs = [Resource::CUSTOMER_MANAGE];
        look(desk, Action::CustomerRead, &needs, |view| {
            let website = self.website.as_deref();
            let customer = find::customer(view, &self.customer, website)?;
            CustomerView::seen(view, customer)
        })
    }
}
