//! Adds customers.

use serde::{Deserialize, Serialize};

use super::{CustomerChanged, CustomerView, fields};
use crate::core::{counted, find};
use crate::{Context, ReadView, WriteOutcome};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{PersonName, ShortText};
use lac_model::customer::{Consent, Customer};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, CustomerWrite, Result};

/// Adds a customer. Consent starts withheld.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerAdd {
    /// The merchant's id; without it, the customer gets the next `local:N`.
    pub id: Option<CustomerId>,
    pub email: ShortText,
    pub first_name: PersonName,
    pub last_name: PersonName,
    /// By code.
    pub website: ShortText,
    /// By code.
    pub store_view: Option<ShortText>,
    pub active: bool,
    pub confirmed: bool,
    /// Whether logins as the customer need an approval.
    #[serde(default)]
    pub vip: bool,
}

impl Act for CustomerAdd {
    const ANY_OF: &'static [Resource] = &[Resource::CUSTOMER_ACTIONS];
}

impl Covers<CustomerWrite> for CustomerAdd {}

impl CustomerAdd {
    /// # Errors
    /// `resource_denied`, `website_not_found`, `store_view_not_found`,
    /// `already_exists` (the id, or the address on that website),
    /// `invalid_value`.
    pub fn run(self, context: &Context<'_>) -> Result<CustomerChanged> {
        // The next `local:N` is the highest plus one. A chosen number could use
        // up all that are left.
        if self.id.is_some_and(CustomerId::is_local) {
            let problem = "a local:N cannot be chosen: leave --id out to get the next one";
            return Err(Fault::invalid("--id", problem));
        }
        let email = fields::check_email(&self.email)?;
        let fill = |event: &mut Event| {
            event.customer_id = self.id;
            event.customer_email = Some(email.clone());
        };
        counted::write_counted::<Self, _>(
            context,
            Action::CustomerAdd,
            fill,
            |_| 0,
            |work, permit| {
                let website = find::website(work, &self.website)?.clone();
                work.draft.website = Some(website.code.clone());
                let code = self.store_view.as_deref().unwrap_or_default();
                let store_view_id = fields::store_view_id(work, &website, code)?;
                work.draft.store_view = store_view_id.and(self.store_view.clone().map(Into::into));
                let id = self.id.map_or_else(|| next_local_id(work), Ok)?;
                work.draft.customer_id = Some(id);
                if work.read.customer(id)?.is_some() {
                    return Err(Fault::AlreadyExists {
                        what: format!("customer {id}"),
                    });
                }
                let customer = Customer {
                    id,
                    website_id: website.id,
                    email: email.clone(),
                    first_name: self.first_name.to_string(),
                    last_name: self.last_name.to_string(),
                    store_view_id,
                    active: self.active,
                    confirmed: self.confirmed,
                    created_at: Some(work.now),
                    updated_at: None,
                    vip: self.vip,
                    consent: Consent::default(),
                    guard_website_id: None,
                };
                work.tx.customer_put(&permit.narrow(), &customer)?;
                work.draft.add_detail("name", customer.name());
                let recorded = work.record()?;
                let answer = CustomerChanged {
                    customer: CustomerView::for_view(work, customer)?,
                    changed: true,
                    sessions_ended: 0,
                };
                Ok(WriteOutcome::Recorded(answer, recorded))
            },
        )
    }
}

fn next_local_id(view: &ReadView<'_>) -> Result<CustomerId> {
    let next = view.read.last_local_customer_number()?.checked_add(1);
    next.and_then(CustomerId::from_local)
        .ok_or_else(|| Fault::internal("no local customer id is left"))
}
