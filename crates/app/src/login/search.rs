//! Looking a customer up for a login: needs the login's own resource alone,
//! never gives more than a handful, and counts what it gave.

use serde::{Deserialize, Serialize};

use super::{NEEDED, Shopper};
use crate::{Desk, bulk, consent};
use lac_model::audit::Action;
use lac_model::form::ShortText;
use lac_store::{CustomerQuery, Result};

/// The most candidates one look-up gives.
pub const MOST: usize = 15;

/// Looks for customers by id, part of the address or the name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Search {
    pub text: ShortText,
    pub website: Option<ShortText>,
}

/// A customer one could log in as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Candidate {
    pub customer: Shopper,
    /// Whether a login may stand on it.
    pub consent: bool,
}

impl Search {
    /// The candidates, and whether there are more.
    ///
    /// # Errors
    /// `resource_denied`, `website_not_found`.
    pub fn run(self, desk: &Desk<'_>) -> Result<(Vec<Candidate>, bool)> {
        let shown = |(found, _): &(Vec<Candidate>, bool)| found.len();
        bulk::look_up(desk, Action::LoginIssue, NEEDED, shown, |view| {
            let websites = match &self.website {
                Some(code) => Some(vec![crate::find::website(view, code)?.id]),
                None => view.websites(),
            };
            let mut found = Vec::new();
            if let Ok(customer) = crate::find::customer(view, &self.text, None) {
                found.push(customer);
            }
            let query = CustomerQuery {
                search: Some(self.text.clone().into()),
                websites,
                limit: MOST,
                ..CustomerQuery::default()
            };
            let page = view.read.customer_page(&query)?;
            for customer in page.customers {
                if found.iter().all(|known| known.id != customer.id) {
                    found.push(customer);
                }
            }
            let candidate = |customer: &lac_model::customer::Customer| {
                let consent = consent::standing(view, customer)?.is_ok();
                Ok(Candidate {
                    customer: Shopper::of(view, customer)?,
                    consent,
                })
            };
            let candidates = found.iter().map(candidate).collect::<Result<Vec<_>>>()?;
            Ok((candidates, page.next.is_some()))
        })
    }
}
