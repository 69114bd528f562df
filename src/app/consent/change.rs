//! Granting and revoking, for several customers at once: all or nothing.

use serde::{Deserialize, Serialize};

use crate::app::{Desk, Done, Work, act, find, sessions};
use crate::domain::audit::{Action, Event};
use crate::domain::customer::{Consent, ConsentSource, Customer};
use crate::domain::fault::Fault;
use crate::domain::ids::CustomerId;
use crate::domain::resource::Resource;
use crate::domain::session::EndCause;
use crate::store::log::Recorded;
use crate::store::{Permit, Result};

/// Sets the consent of some customers. Whose is so already is left alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    pub granted: bool,
    /// Ids or e-mail addresses.
    pub customers: Vec<String>,
    /// The website the addresses are meant on.
    pub website: Option<String>,
    pub reason: Option<String>,
}

/// One customer's consent afterwards.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Changed {
    pub customer_id: CustomerId,
    pub email: String,
    pub website: String,
    /// `granted` or `withheld`.
    pub consent: String,
    pub changed: bool,
    /// Sessions that ended because consent was withdrawn.
    pub sessions_ended: usize,
}

impl Change {
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `website_not_found`; then nothing has changed.
    pub fn run(self, desk: &Desk<'_>) -> Result<Vec<Changed>> {
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
        let needs = [Resource::ALLOW_SHOPPING_ASSISTANCE];
        let fill = |event: &mut Event| {
            event.reason.clone_from(&self.reason);
            if let [one] = self.customers.as_slice() {
                event.detail("customer", one.clone());
            }
        };
        act(desk, action, &needs, fill, |work, permit| {
            let found = self.find(work)?;
            let mut answers = Vec::new();
            let mut last = None;
            for customer in found {
                let (answer, recorded) = self.change(work, permit, action, &customer)?;
                last = recorded.or(last);
                answers.push(answer);
            }
            Ok(match last {
                Some(recorded) => Done::Recorded(answers, recorded),
                None => Done::Unchanged(answers),
            })
        })
    }

    /// Each customer once, in the order they were named. All are found before
    /// anything changes.
    fn find(&self, work: &mut Work<'_>) -> Result<Vec<Customer>> {
        let mut found: Vec<Customer> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for named in &self.customers {
            work.draft.detail("customer", named.clone());
            let customer = find::customer(work, named, self.website.as_deref())?;
            if seen.insert(customer.id) {
                found.push(customer);
            }
        }
        Ok(found)
    }

    fn change(
        &self,
        work: &mut Work<'_>,
        permit: &Permit<'_>,
        action: Action,
        customer: &Customer,
    ) -> Result<(Changed, Option<Recorded>)> {
        let website = work.tree()?.website(customer.website_id);
        let website = website.map_or_else(String::new, |w| w.code.clone());
        let consent = Consent {
            granted: self.granted,
            changed_at: Some(work.now),
            source: Some(ConsentSource::Admin),
            changed_by: Some(work.actor.name.clone()),
            seq: Some(work.next_seq()),
            until: None,
        };
        let mut answer = Changed {
            customer_id: customer.id,
            email: customer.email.clone(),
            website: website.clone(),
            consent: consent.word().to_owned(),
            changed: customer.consent.granted != self.granted,
            sessions_ended: 0,
        };
        if !answer.changed {
            return Ok((answer, None));
        }
        let mut event = work.event(action);
        event.customer_id = Some(customer.id);
        event.customer_email = Some(customer.email.clone());
        event.website = Some(website);
        event.reason.clone_from(&self.reason);
        event.detail("source", ConsentSource::Admin.as_str());
        event.change(customer.consent.word(), consent.word());
        work.tx.consent_put(permit, customer.id, &consent)?;
        let recorded = work.record_also(&event)?;
        if !self.granted {
            let cause = EndCause::ConsentWithdrawn;
            answer.sessions_ended = sessions::end_for_customer(work, permit, customer.id, cause)?;
        }
        Ok((answer, Some(recorded)))
    }
}
