//! How asks close: by an answer, by their agent, by a change of consent, with
//! the customer's removal, or by time.

use super::ask_closed;
use crate::{ReadView, UnitOfWork};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::{Action, Event};
use lac_model::consent::ask::{AskAction, AskState, ConsentAsk};
use lac_model::customer::Customer;
use lac_model::ids::CustomerId;
use lac_store::{
    ConsentAskQuery, ConsentAskWrite, Covers, CustomerWrite, Permit, Result, none_if_damaged,
};

/// The customer's ask whose stored state is open; it may have expired.
pub(in crate::shop::consent) fn open_ask(
    view: &ReadView<'_>,
    customer: CustomerId,
) -> Result<Option<ConsentAsk>> {
    let open = ConsentAskQuery {
        customer_id: Some(customer),
        states: vec![AskState::Open],
        ..ConsentAskQuery::default()
    };
    Ok(view.read.consent_asks(&open)?.into_iter().next())
}

/// Fills an event in with what the ask is about. Of an agent's own ask the
/// event's admin is the agent; otherwise the details name them.
pub(super) fn describe_ask(work: &UnitOfWork<'_>, ask: &ConsentAsk, event: &mut Event) {
    event.customer_id = Some(ask.customer_id);
    event.ticket.clone_from(&ask.ticket);
    event.add_detail("ask", ask.id.as_str());
    event.add_detail("duration_seconds", ask.duration.seconds());
    if work.actor.admin_id() != Some(ask.admin_id) {
        event.add_detail("asked_by", ask.admin.clone());
        event.add_detail("asked_by_id", ask.admin_id);
    }
}

fn action_of(action: AskAction) -> Action {
    match action {
        AskAction::Allow => Action::ConsentAskAllow,
        AskAction::Deny => Action::ConsentAskDeny,
        AskAction::Withdraw => Action::ConsentAskWithdraw,
        AskAction::Expire => Action::ConsentAskExpire,
    }
}

/// Closes an open ask of a customer and records it. Fails with `ask_closed`,
/// also if somebody else has closed it since it was read.
pub(in crate::shop::consent) fn close_ask(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConsentAskWrite>,
    customer: &Customer,
    ask: ConsentAsk,
    action: AskAction,
) -> Result<(ConsentAsk, RecordedEvent)> {
    close_described(work, permit, Some(customer), ask, action, None)
}

fn close_described(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConsentAskWrite>,
    customer: Option<&Customer>,
    ask: ConsentAsk,
    action: AskAction,
    cause: Option<&str>,
) -> Result<(ConsentAsk, RecordedEvent)> {
    let state = ask
        .apply(action, work.now)
        .map_err(|state| ask_closed(&ask, state))?;
    let is_answer = matches!(action, AskAction::Allow | AskAction::Deny);
    let after = ConsentAsk {
        state,
        decided_at: Some(work.now).filter(|_| action != AskAction::Expire),
        storefront: is_answer.then(|| work.actor.name.clone()),
        ..ask
    };
    if !work.tx.consent_ask_close(permit, &after)? {
        return Err(ask_closed(&after, state));
    }
    let mut event = work.event(action_of(action));
    describe_ask(work, &after, &mut event);
    event.customer_email = customer.map(|customer| customer.email.clone());
    let website = work.store_tree()?.website(after.website_id);
    event.website = website.map(|website| website.code.clone());
    if let Some(cause) = cause {
        event.add_detail("cause", cause);
    }
    let recorded = work.record_event(&event)?;
    Ok((after, recorded))
}

/// Records that an ask has expired.
pub(super) fn expire_ask(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConsentAskWrite>,
    ask: ConsentAsk,
) -> Result<RecordedEvent> {
    let customer = none_if_damaged(work.read.customer(ask.customer_id))?;
    let customer = customer.as_ref();
    let (_, recorded) = close_described(work, permit, customer, ask, AskAction::Expire, None)?;
    Ok(recorded)
}

/// What the removal of a customer's asks needs a permit for.
pub struct AskRemoval;

impl Covers<ConsentAskWrite> for AskRemoval {}
impl Covers<CustomerWrite> for AskRemoval {}

/// Withdraws the open ask of a customer who is being removed, and deletes all
/// their asks. Returns the number of open ones.
pub fn withdraw_asks_of_customer(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, AskRemoval>,
    customer: &Customer,
) -> Result<usize> {
    let mut open = 0;
    if let Some(ask) = open_ask(work, customer.id)? {
        let action = match ask.state_at(work.now) {
            AskState::Open => AskAction::Withdraw,
            _ => AskAction::Expire,
        };
        let cause = Some("customer_removed").filter(|_| action == AskAction::Withdraw);
        let _ = close_described(work, &permit.narrow(), Some(customer), ask, action, cause)?;
        open = 1;
    }
    work.tx.consent_asks_remove(&permit.narrow(), customer.id)?;
    Ok(open)
}
