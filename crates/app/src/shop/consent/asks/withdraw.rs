//! An agent withdraws an ask.

use serde::{Deserialize, Serialize};

use super::ask_not_found;
use super::close::close_ask;
use super::show::ConsentAskView;
use crate::{Context, WriteOutcome, write};
use lac_model::audit::{Action, Event};
use lac_model::consent::ask::{AskAction, ConsentAskId};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, ConsentAskWrite, Covers, Result};

/// Withdraws one of the actor's own asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentAskWithdraw {
    pub ask: ConsentAskId,
}

impl Act for ConsentAskWithdraw {
    const ANY_OF: &'static [Resource] = &[Resource::LOGIN_BUTTON];
}

impl Covers<ConsentAskWrite> for ConsentAskWithdraw {}

impl ConsentAskWithdraw {
    /// # Errors
    /// `resource_denied`; `ask_not_found`, also for other agents' asks;
    /// `ask_closed`.
    pub fn run(self, context: &Context<'_>) -> Result<ConsentAskView> {
        let fill = |event: &mut Event| event.add_detail("ask", self.ask.as_str());
        write::<Self, _>(context, Action::ConsentAskWithdraw, fill, |work, permit| {
            let ask = work.read.consent_ask(&self.ask)?;
            let ask = ask.filter(|ask| work.actor.admin_id() == Some(ask.admin_id));
            let ask = ask.ok_or_else(|| ask_not_found(&self.ask))?;
            let customer = work.read.customer(ask.customer_id)?;
            let customer = customer.ok_or_else(|| Fault::CustomerNotFound {
                customer: ask.customer_id.to_string(),
            })?;
            let action = AskAction::Withdraw;
            let (ask, recorded) = close_ask(work, &permit.narrow(), &customer, ask, action)?;
            let answer = ConsentAskView::from_ask(work, ask)?;
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}
