//! The customer answers an ask.

use serde::{Deserialize, Serialize};

use super::{CustomerConsent, authorize_decision, check_not_moved, count_grant, reserve_grant};
use crate::shop::consent::apply::{ConsentStep, NewConsent, change_consent};
use crate::shop::consent::asks::{ask_closed, ask_not_found, close_ask};
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::{Action, Event};
use lac_model::consent::ask::{AskAction, AskState, ConsentAsk, ConsentAskId};
use lac_model::customer::{ConsentSource, Customer};
use lac_model::ids::{CustomerId, SessionId};
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, ConsentAskWrite, ConsentWrite, Covers, Permit, Result};

/// Passes on a customer's answer to an ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentAskDecide {
    pub customer: CustomerId,
    pub ask: ConsentAskId,
    pub decision: AskDecision,
    /// The agent's session that the page belongs to. In such a session nobody
    /// can answer.
    #[serde(default)]
    pub session_id: Option<SessionId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskDecision {
    Allow,
    Deny,
}

impl AskDecision {
    fn action(self) -> AskAction {
        match self {
            Self::Allow => AskAction::Allow,
            Self::Deny => AskAction::Deny,
        }
    }
}

/// The ask and the customer's consent after the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAskDecided {
    pub ask_id: ConsentAskId,
    pub state: AskState,
    /// Whether the customer allows assistance now.
    pub granted: bool,
    /// When that ends; `null` for no end.
    pub until: Option<Timestamp>,
}

impl Act for ConsentAskDecide {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONT];
}

impl Covers<ConsentStep> for ConsentAskDecide {}
impl Covers<ConsentWrite> for ConsentAskDecide {}
impl Covers<ConsentAskWrite> for ConsentAskDecide {}

impl ConsentAskDecide {
    /// A yes grants consent for the time that the ask is for, as the
    /// customer's own. It never shortens consent that lasts longer.
    ///
    /// # Errors
    /// `resource_denied` for everybody but a storefront's account that was
    /// added with `--consent`; `agent_session`; `customer_not_found` outside its
    /// websites; `ask_not_found`, also for another customer's; `ask_closed`; for
    /// a yes also `customer_moved`, `rate_limited`.
    pub fn run(self, context: &Context<'_>) -> Result<ConsentAskDecided> {
        let action = match self.decision {
            AskDecision::Allow => Action::ConsentAskAllow,
            AskDecision::Deny => Action::ConsentAskDeny,
        };
        let fill = |event: &mut Event| {
            event.add_detail("customer", self.customer.to_string());
            event.add_detail("ask", self.ask.as_str());
        };
        write::<Self, _>(context, action, fill, |work, permit| {
            let session = self.session_id.as_ref();
            let (storefront, customer) = authorize_decision(work, self.customer, session)?;
            let ask = work.read.consent_ask(&self.ask)?;
            let ask = ask.filter(|ask| ask.customer_id == customer.id);
            let ask = ask.ok_or_else(|| ask_not_found(&self.ask))?;
            ask.apply(self.decision.action(), work.now)
                .map_err(|state| ask_closed(&ask, state))?;
            let (ask, customer, recorded) = match self.decision {
                AskDecision::Allow => allow(work, permit, storefront, customer, ask)?,
                AskDecision::Deny => {
                    let action = AskAction::Deny;
                    let closed = close_ask(work, &permit.narrow(), &customer, ask, action)?;
                    (closed.0, customer, closed.1)
                }
            };
            let consent = CustomerConsent::from_customer(work, &customer)?;
            let answer = ConsentAskDecided {
                ask_id: ask.id,
                state: ask.state,
                granted: consent.granted,
                until: consent.until,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}

fn allow(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConsentAskDecide>,
    storefront: i64,
    customer: Customer,
    ask: ConsentAsk,
) -> Result<(ConsentAsk, Customer, RecordedEvent)> {
    check_not_moved(work, &customer)?;
    let until = ask.extension_of(&customer.consent, work.now);
    let reaches_limit = match until {
        Some(_) => reserve_grant(work, storefront, &customer)?,
        None => false,
    };
    let (ask, closed) = close_ask(work, &permit.narrow(), &customer, ask, AskAction::Allow)?;
    if until.is_none() {
        return Ok((ask, customer, closed));
    }
    let new = NewConsent {
        granted: true,
        until,
        source: ConsentSource::Customer,
        reason: None,
        ask: Some(&ask.id),
        reaches_limit,
    };
    let applied = change_consent(work, &permit.narrow(), &customer, &new)?;
    count_grant(work, &permit.narrow(), storefront, applied.consent.seq)?;
    let customer = Customer {
        consent: applied.consent,
        ..customer
    };
    Ok((ask, customer, applied.recorded))
}
