//! Removes customers.

use serde::{Deserialize, Serialize};

use crate::core::sessions;
use crate::core::{counted, find};
use crate::login::requests;
use crate::shop::consent;
use crate::{Context, UnitOfWork, WriteOutcome};
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::session::EndCause;
use lac_store::{Act, Covers, CustomerWrite, Permit, RequestWrite, Result, SessionWrite};

/// Removes a customer. Open sessions end first. Documents and the log are not
/// removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerRemove {
    /// An id or an e-mail address.
    pub customer: ShortText,
    pub website: Option<ShortText>,
    /// Whether the caller has confirmed the removal.
    pub confirmed: bool,
}

/// The removed customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerRemoved {
    pub id: CustomerId,
    pub email: String,
    pub website: String,
    pub changed: bool,
    pub sessions_ended: usize,
    /// The number of requests for approval that were cancelled.
    #[serde(default)]
    pub requests_closed: usize,
}

impl Act for CustomerRemove {
    const ANY_OF: &'static [Resource] = &[Resource::CUSTOMER_ACTIONS];
}

impl Covers<CustomerRemoval> for CustomerRemove {}

/// All that removing a customer writes.
pub struct CustomerRemoval;

impl Covers<consent::AskRemoval> for CustomerRemoval {}
impl Covers<CustomerWrite> for CustomerRemoval {}
impl Covers<RequestWrite> for CustomerRemoval {}
impl Covers<SessionWrite> for CustomerRemoval {}

/// What was closed with a customer's account.
pub struct ClosedWithCustomer {
    pub sessions: usize,
    pub requests: usize,
}

/// Removes a customer: sessions end and requests are cancelled first. Fills in
/// the event, which the caller records.
pub fn remove_customer(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, CustomerRemoval>,
    customer: &Customer,
    event: &mut Event,
) -> Result<ClosedWithCustomer> {
    let id = customer.id;
    event.customer_id = Some(id);
    event.customer_email = Some(customer.email.clone());
    let website = work.store_tree()?.website(customer.website_id);
    event.website = website.map(|website| website.code.clone());
    let cause = EndCause::CustomerRemoved;
    let sessions = sessions::end_for_customer(work, &permit.narrow(), id, cause)?;
    let requests = requests::cancel_requests_of_customer(work, &permit.narrow(), id)?;
    consent::withdraw_asks_of_customer(work, &permit.narrow(), customer)?;
    work.tx.customer_remove(&permit.narrow(), id)?;
    if customer.consent.seq.is_some() {
        // This also removes the customer's consent. It must be logged, even if
        // the config says otherwise.
        work.log_everything();
    }
    Ok(ClosedWithCustomer { sessions, requests })
}

impl CustomerRemove {
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `document_number`, `website_not_found`, `confirmation_required`.
    pub fn run(self, context: &Context<'_>) -> Result<CustomerRemoved> {
        let fill = |event: &mut Event| event.add_detail("customer", self.customer.clone());
        // The question before the removal names the customer, so it counts as a
        // look-up.
        counted::write_counted::<Self, _>(
            context,
            Action::CustomerRemove,
            fill,
            |_| 0,
            |work, permit| {
                let customer = find::customer(work, &self.customer, self.website.as_deref())?;
                work.describe_customer(&customer)?;
                let website = work.draft.website.clone().unwrap_or_default();
                let (id, email) = (customer.id, customer.email.clone());
                if !self.confirmed {
                    return Err(Fault::ConfirmationRequired {
                        what: format!("remove customer {id} ({email}, website {website})"),
                    });
                }
                let mut draft = work.draft.clone();
                let closed = remove_customer(work, &permit.narrow(), &customer, &mut draft)?;
                work.draft = draft;
                let recorded = work.record()?;
                let answer = CustomerRemoved {
                    id,
                    email,
                    website,
                    changed: true,
                    sessions_ended: closed.sessions,
                    requests_closed: closed.requests,
                };
                Ok(WriteOutcome::Recorded(answer, recorded))
            },
        )
    }
}
