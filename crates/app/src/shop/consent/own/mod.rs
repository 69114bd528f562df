//! A customer's own consent. The customer decides in their account on the
//! storefront, and only the storefront's account may pass that on, whatever
//! role a person has.

mod decide;
mod history;
mod limit;
mod set;
mod show;

pub use decide::{AskDecision, ConsentAskDecide, ConsentAskDecided};
pub use history::{AccessVisit, CustomerAccess, CustomerAccessHistory, VisitAction};
pub(super) use limit::{count_grant, reserve_grant};
pub(super) use set::set_consent;
pub use set::{CustomerConsentChanged, CustomerConsentSet};
pub use show::{CustomerConsent, CustomerConsentShow};

use super::own_customer::find_own_customer;
use crate::{ReadView, UnitOfWork};
use lac_model::access::StorefrontRight;
use lac_model::bounded::ShortText;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_store::Result;

/// The storefront that passes on a customer's decision, and the customer.
/// Fills the customer in the event before anything is refused.
///
/// In an agent's session (`session`) nobody decides: the agent would.
pub(super) fn authorize_decision(
    work: &mut UnitOfWork<'_>,
    id: CustomerId,
    session: Option<&SessionId>,
) -> Result<(i64, Customer)> {
    work.require_storefront()?;
    let customer = find_own_customer(work, id);
    if let Ok(customer) = &customer {
        work.describe_customer(customer)?;
    }
    if let Some(session) = session {
        name_session(work, id, session)?;
        return Err(Fault::AgentSession);
    }
    let storefront = work.require_storefront_right(StorefrontRight::Consent)?;
    Ok((storefront, customer?))
}

/// The id of the one customer that a storefront's account names.
pub(super) fn single_id(named: &[ShortText]) -> Result<CustomerId> {
    let one = match named {
        [one] => one.trim().parse().ok(),
        _ => None,
    };
    one.ok_or_else(|| Fault::invalid("CUSTOMER", "a storefront names one customer, by id"))
}

/// Fills the session in the event if it is one of this customer that the
/// storefront can see.
fn name_session(work: &mut UnitOfWork<'_>, id: CustomerId, session: &SessionId) -> Result<()> {
    let found = work.read.session(session)?.filter(|session| {
        session.customer_id == id && work.actor.can_see_website(session.website_id)
    });
    work.draft.session_id = found.map(|session| session.id);
    Ok(())
}

/// Whether an import moved the customer here from a website that the storefront
/// does not serve, and nobody has confirmed it: then it cannot grant anything
/// for the account.
pub(super) fn check_not_moved(view: &ReadView<'_>, customer: &Customer) -> Result<()> {
    let guard = customer.guard_website_id;
    if guard.is_some_and(|website| !view.actor.can_see_website(website)) {
        return Err(Fault::CustomerMoved {
            customer: customer.id.to_string(),
        });
    }
    Ok(())
}
