//! Searches for customers to log in as. It needs only the login's resource,
//! returns few candidates, and counts them as look-ups.

use serde::{Deserialize, Serialize};

use super::{CustomerSummary, LOGIN_RESOURCES};
use crate::Context;
use crate::core::consent;
use crate::core::counted;
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_store::{CustomerQuery, Result};

/// The most candidates of a search.
pub(super) const MAX_CANDIDATES: usize = 15;

/// Searches for customers by id, or by part of the address or name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginSearch {
    pub text: ShortText,
    pub website: Option<ShortText>,
}

/// A customer who can be chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginCandidate {
    pub customer: CustomerSummary,
    /// Whether the customer's consent allows a login now.
    pub consent: bool,
}

impl LoginSearch {
    /// The candidates, and whether there are more.
    ///
    /// # Errors
    /// `resource_denied`, `website_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<(Vec<LoginCandidate>, bool)> {
        let shown = |(found, _): &(Vec<LoginCandidate>, bool)| found.len();
        counted::read_counted(
            context,
            Action::LoginIssue,
            LOGIN_RESOURCES,
            shown,
            |view| {
                let websites = match &self.website {
                    Some(code) => Some(vec![crate::core::find::website(view, code)?.id]),
                    None => view.website_ids(),
                };
                let mut found = Vec::new();
                if let Ok(customer) = crate::core::find::customer(view, &self.text, None) {
                    found.push(customer);
                }
                let query = CustomerQuery {
                    search: Some(self.text.clone().into()),
                    websites,
                    limit: MAX_CANDIDATES,
                    ..CustomerQuery::default()
                };
                let page = view.read.customer_page(&query)?;
                for customer in page.customers {
                    if found.iter().all(|known| known.id != customer.id) {
                        found.push(customer);
                    }
                }
                let candidate = |customer: &lac_model::customer::Customer| {
                    let consent = consent::check_consent(view, customer)?.is_ok();
                    Ok(LoginCandidate {
                        customer: CustomerSummary::from_customer(view, customer)?,
                        consent,
                    })
                };
                let candidates = found.iter().map(candidate).collect::<Result<Vec<_>>>()?;
                Ok((candidates, page.next_cursor.is_some()))
            },
        )
    }
}
