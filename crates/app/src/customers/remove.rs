//! A customer who goes.

use serde::{Deserialize, Serialize};

use super::edit::name_in_draft;
use crate::{Desk, Done, bulk, find, requests, sessions};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::session::EndCause;
use lac_store::{Act, Covers, CustomerWrite, RequestWrite, Result, SessionWrite};

/// Removes a customer. Open sessions end first; documents and the log stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remove {
    /// An id or an e-mail address.
    pub customer: ShortText,
    pub website: Option<ShortText>,
    /// Whether whoever asks has confirmed it.
    pub confirmed: bool,
}

/// The customer who is gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Removed {
    pub id: CustomerId,
    pub email: String,
    pub website: String,
    pub changed: bool,
    pub sessions_ended: usize,
    /// Requests for approval that are closed with it.
    #[serde(default)]
    pub requests_closed: usize,
}

impl Act for Remove {
    const ANY_OF: &'static [Resource] = &[Resource::CUSTOMER_ACTIONS];
}

impl Covers<CustomerWrite> for Remove {}
impl Covers<RequestWrite> for Remove {}
impl Covers<SessionWrite> for Remove {}

impl Remove {
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `confirmation_required`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Removed> {
        let fill = |event: &mut Event| event.detail("customer", self.customer.clone());
        // What is asked before names the customer too: that counts as a look.
        bulk::act_on::<Self, _>(
            desk,
            Action::CustomerRemove,
            fill,
            |_| 0,
            |work, permit| {
                let customer = find::customer(work, &self.customer, self.website.as_deref())?;
                name_in_draft(work, &customer)?;
                let website = work.draft.website.clone().unwrap_or_default();
                let (id, email) = (customer.id, customer.email);
                if !self.confirmed {
                    return Err(Fault::ConfirmationRequired {
                        what: format!("remove customer {id} ({email}, website {website})"),
                    });
                }
                let cause = EndCause::CustomerRemoved;
                let sessions_ended = sessions::end_for_customer(work, &permit.narrow(), id, cause)?;
                let requests_closed = requests::cancel_for_customer(work, &permit.narrow(), id)?;
                work.tx.customer_remove(&permit.narrow(), id)?;
                if customer.consent.seq.is_some() {
                    // With them goes what they had allowed, or had not.
                    work.log_everything();
                }
                let recorded = work.record()?;
                let answer = Removed {
                    id,
                    email,
                    website,
                    changed: true,
                    sessions_ended,
                    requests_closed,
                };
                Ok(Done::Recorded(answer, recorded))
            },
        )
    }
}
