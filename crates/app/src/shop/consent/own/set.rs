//! The customer grants or withdraws consent with the checkbox in the account.

use serde::{Deserialize, Serialize};

use super::{CustomerConsent, authorize_decision, check_not_moved, count_grant, reserve_grant};
use crate::core::sessions;
use crate::shop::consent::apply::{ConsentStep, NewConsent, change_consent};
use crate::shop::consent::grant_limit::GrantLimit;
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::customer::{Consent, ConsentSource, Customer};
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, ConsentWrite, Covers, Result};

/// Sets the consent of a customer who decided it themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerConsentSet {
    pub customer: CustomerId,
    pub granted: bool,
    /// When a grant ends; `None` for no end.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// The agent's session that the page belongs to. In such a session consent
    /// cannot be changed.
    #[serde(default)]
    pub session_id: Option<SessionId>,
}

/// The customer's consent after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerConsentChanged {
    #[serde(flatten)]
    pub consent: CustomerConsent,
    pub changed: bool,
}

impl Act for CustomerConsentSet {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONT];
}

impl Covers<ConsentStep> for CustomerConsentSet {}
impl Covers<ConsentWrite> for CustomerConsentSet {}

impl CustomerConsentSet {
    /// # Errors
    /// `resource_denied` for everybody but a storefront's account that was
    /// added with `--consent`; `agent_session`; `customer_not_found` outside its
    /// websites; `invalid_value` for an end that is not valid; for a grant also
    /// `customer_moved`, `rate_limited`.
    pub fn run(self, context: &Context<'_>) -> Result<CustomerConsentChanged> {
        let limit = self.until.map(GrantLimit::At);
        set_consent(self, limit, context)
    }
}

/// Sets the consent of `request`; `limit` replaces its end.
pub(in crate::shop::consent) fn set_consent(
    request: CustomerConsentSet,
    limit: Option<GrantLimit>,
    context: &Context<'_>,
) -> Result<CustomerConsentChanged> {
    if limit.is_some() && !request.granted {
        return Err(Fault::invalid(
            "until",
            "only a grant can have a time limit",
        ));
    }
    let action = if request.granted {
        Action::ConsentGrant
    } else {
        Action::ConsentRevoke
    };
    let fill = |event: &mut Event| {
        event.add_detail("customer", request.customer.to_string());
        event.add_detail("source", ConsentSource::Customer.as_str());
    };
    write::<CustomerConsentSet, _>(context, action, fill, |work, permit| {
        let session = request.session_id.as_ref();
        let (storefront, customer) = authorize_decision(work, request.customer, session)?;
        let until = limit.map(|limit| limit.resolve(work)).transpose()?;
        if !differs(work, &customer, request.granted, until)? {
            return Ok(WriteOutcome::Unchanged(CustomerConsentChanged {
                consent: CustomerConsent::from_customer(work, &customer)?,
                changed: false,
            }));
        }
        let mut reaches_limit = false;
        if request.granted {
            check_not_moved(work, &customer)?;
            reaches_limit = reserve_grant(work, storefront, &customer)?;
        }
        let new = NewConsent {
            granted: request.granted,
            until,
            source: ConsentSource::Customer,
            reason: None,
            ask: None,
            reaches_limit,
        };
        let applied = change_consent(work, &permit.narrow(), &customer, &new)?;
        if request.granted {
            count_grant(work, &permit.narrow(), storefront, applied.consent.seq)?;
        }
        let customer = Customer {
            consent: applied.consent,
            ..customer
        };
        let answer = CustomerConsentChanged {
            consent: CustomerConsent::from_customer(work, &customer)?,
            changed: true,
        };
        Ok(WriteOutcome::Recorded(answer, applied.recorded))
    })
}

/// Whether the customer's word changes anything. A no is also a change if only
/// a file said no before, because a later file could overrule that, and if a
/// session without consent is open.
fn differs(
    work: &UnitOfWork<'_>,
    customer: &Customer,
    granted: bool,
    until: Option<Timestamp>,
) -> Result<bool> {
    let known: &Consent = &customer.consent;
    if granted {
        return Ok(!known.granted || known.until != until);
    }
    if known.granted || !lac_model::consent::is_local_denial(known) {
        return Ok(true);
    }
    Ok(!sessions::override_sessions(work, customer.id)?.is_empty())
}
