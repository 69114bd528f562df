//! Grants or revokes the consent of several customers: all or none.

use serde::{Deserialize, Serialize};

use super::apply::{ConsentStep, NewConsent, change_consent};
use super::grant_limit::GrantLimit;
use super::own::{CustomerConsentChanged, CustomerConsentSet, set_consent, single_id};
use crate::core::sessions;
use crate::core::{counted, find, is_storefront};
use crate::{Context, UnitOfWork, WriteOutcome};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::{Action, Event};
use lac_model::bounded::{BoundedList, MAX_IDS_PER_REQUEST, Reason, ShortText};
use lac_model::customer::{Consent, ConsentSource, Customer};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, Permit, Result};

/// Sets the consent of customers. Customers who already have that consent are
/// skipped.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentChange {
    pub granted: bool,
    /// Ids or e-mail addresses.
    pub customers: BoundedList<ShortText, MAX_IDS_PER_REQUEST>,
    /// The website of the customers with these addresses.
    pub website: Option<ShortText>,
    pub reason: Option<Reason>,
    /// When a grant ends; `None` for no end.
    #[serde(default)]
    pub limit: Option<GrantLimit>,
}

/// The answer to [`ConsentChange`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConsentChangeAnswer {
    /// For an admin user.
    Customers(Vec<ConsentChanged>),
    /// For a storefront's account: what the customer sees.
    Own(Box<CustomerConsentChanged>),
}

/// A customer's consent after the change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentChanged {
    pub customer_id: CustomerId,
    pub email: String,
    pub website: String,
    /// `granted` or `withheld`.
    pub consent: String,
    /// When the grant expires.
    pub until: Option<Timestamp>,
    pub changed: bool,
    /// The number of sessions that ended because of the change.
    pub sessions_ended: usize,
}

impl Act for ConsentChange {
    const ANY_OF: &'static [Resource] = &[Resource::ALLOW_SHOPPING_ASSISTANCE];
}

impl Covers<ConsentStep> for ConsentChange {}

impl ConsentChange {
    /// For a storefront's account this is [`CustomerConsentSet`], of one
    /// customer.
    ///
    /// # Errors
    /// `input_required` without a customer; `resource_denied`,
    /// `customer_not_found`, `customer_ambiguous`, `document_number`,
    /// `website_not_found`; `invalid_value` for a time limit that is not valid.
    /// Then nothing is changed.
    pub fn run(self, context: &Context<'_>) -> Result<ConsentChangeAnswer> {
        if is_storefront(context) {
            let changed = self.run_for_storefront(context)?;
            return Ok(ConsentChangeAnswer::Own(Box::new(changed)));
        }
        self.run_for_admin(context)
            .map(ConsentChangeAnswer::Customers)
    }

    fn run_for_storefront(self, context: &Context<'_>) -> Result<CustomerConsentChanged> {
        if self.reason.is_some() {
            return Err(Fault::invalid(
                "--reason",
                "a customer gives no reason: leave it out with a storefront's token",
            ));
        }
        let request = CustomerConsentSet {
            customer: single_id(&self.customers)?,
            granted: self.granted,
            until: None,
            session_id: None,
        };
        set_consent(request, self.limit, context)
    }

    fn run_for_admin(self, context: &Context<'_>) -> Result<Vec<ConsentChanged>> {
        if self.limit.is_some() && !self.granted {
            return Err(Fault::invalid(
                "--for",
                "only a grant can have a time limit",
            ));
        }
        if self.customers.is_empty() {
            return Err(Fault::InputRequired {
                what: "a customer".to_owned(),
                flag: "CUSTOMER".to_owned(),
            });
        }
        let action = if self.granted {
            Action::ConsentGrant
        } else {
            Action::ConsentRevoke
        };
        let fill = |event: &mut Event| {
            event.reason = self.reason.as_ref().map(ToString::to_string);
            if let [one] = &*self.customers {
                event.add_detail("customer", one.clone());
            }
        };
        let shown = |all: &Vec<ConsentChanged>| all.iter().filter(|one| !one.changed).count();
        counted::write_counted::<Self, _>(context, action, fill, shown, |work, permit| {
            let until = self
                .limit
                .as_ref()
                .map(|limit| limit.resolve(work))
                .transpose()?;
            let found = self.find_customers(work)?;
            let mut answers = Vec::new();
            let mut last = None;
            for customer in found {
                let (answer, recorded) = self.change_one(work, permit, until, &customer)?;
                last = recorded.or(last);
                answers.push(answer);
            }
            Ok(match last {
                Some(recorded) => WriteOutcome::Recorded(answers, recorded),
                None => WriteOutcome::Unchanged(answers),
            })
        })
    }

    /// Each customer once, in the given order. All are looked up before
    /// anything changes.
    fn find_customers(&self, work: &mut UnitOfWork<'_>) -> Result<Vec<Customer>> {
        let mut found: Vec<Customer> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for named in &self.customers {
            work.draft.add_detail("customer", named.clone());
            let customer = find::customer(work, named, self.website.as_deref())?;
            if seen.insert(customer.id) {
                found.push(customer);
            }
        }
        Ok(found)
    }

    fn change_one(
        &self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, Self>,
        until: Option<Timestamp>,
        customer: &Customer,
    ) -> Result<(ConsentChanged, Option<RecordedEvent>)> {
        let website = work.store_tree()?.website(customer.website_id);
        let website = website.map_or_else(String::new, |w| w.code.clone());
        let mut answer = ConsentChanged {
            customer_id: customer.id,
            email: customer.email.clone(),
            website,
            consent: Consent::word(self.granted).to_owned(),
            until,
            changed: self.differs(work, customer, until)?,
            sessions_ended: 0,
        };
        if !answer.changed {
            return Ok((answer, None));
        }
        let new = NewConsent {
            granted: self.granted,
            until,
            source: ConsentSource::Admin,
            reason: self.reason.as_ref(),
            ask: None,
            reaches_limit: false,
        };
        let applied = change_consent(work, &permit.narrow(), customer, &new)?;
        answer.sessions_ended = applied.sessions_ended;
        Ok((answer, Some(applied.recorded)))
    }

    /// Whether the call changes anything. A first refusal does, even though
    /// consent is withheld by default; a repeated refusal does if a session
    /// without consent is open.
    fn differs(
        &self,
        work: &UnitOfWork<'_>,
        customer: &Customer,
        until: Option<Timestamp>,
    ) -> Result<bool> {
        let known = &customer.consent;
        if self.granted {
            return Ok(!known.granted || known.until != until);
        }
        let is_first = known.granted || known.changed_at.is_none();
        Ok(is_first || !sessions::override_sessions(work, customer.id)?.is_empty())
    }
}
