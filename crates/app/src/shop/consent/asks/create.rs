//! An agent asks a customer for consent.

use serde::{Deserialize, Serialize};

use super::close::{describe_ask, expire_ask, open_ask};
use super::show::ConsentAskView;
use crate::core::consent::check_consent;
use crate::core::find;
use crate::login::{CustomerSummary, outbox};
use crate::{Context, ReadView, UnitOfWork, WriteOutcome, write};
use lac_ledger::appender::RecordedEvent;
use lac_model::audit::{Action, Event};
use lac_model::bounded::{ShortText, Ticket};
use lac_model::config::{self, pattern};
use lac_model::consent::ask::{
    ANSWER_TIME, AskDuration, AskState, ConsentAsk, ConsentAskId, MAX_ASKS_PER_PERIOD,
    wait_until_next_ask,
};
use lac_model::customer::Customer;
use lac_model::environment::random_bytes;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, ConsentAskQuery, ConsentAskWrite, Covers, OutboxWrite, Permit, Result};

/// Asks a customer to allow logins for some time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentAskCreate {
    /// An id or an e-mail address.
    pub customer: ShortText,
    pub website: Option<ShortText>,
    /// How long the consent is valid, from the customer's answer.
    #[serde(default)]
    pub duration: AskDuration,
    pub ticket: Option<Ticket>,
}

/// The ask that was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentAsked {
    #[serde(flatten)]
    pub ask: ConsentAskView,
    pub customer: CustomerSummary,
}

impl Act for ConsentAskCreate {
    const ANY_OF: &'static [Resource] = &[Resource::LOGIN_BUTTON];
}

impl Covers<ConsentAskWrite> for ConsentAskCreate {}
impl Covers<OutboxWrite> for ConsentAskCreate {}

impl ConsentAskCreate {
    /// # Errors
    /// In this order: `resource_denied`, `customer_not_found`,
    /// `customer_ambiguous`, `document_number`, `website_not_found`;
    /// `feature_disabled`, `customer_inactive`, `customer_unconfirmed`,
    /// `customer_moved`, `customer_local`; `already_exists` if the customer
    /// allows logins now; `ticket_required`, `ask_open`, `ask_limit`.
    pub fn run(self, context: &Context<'_>) -> Result<ConsentAsked> {
        let fill = |event: &mut Event| {
            event.ticket.clone_from(&self.ticket);
            event.add_detail("customer", self.customer.clone());
            event.add_detail("duration_seconds", self.duration.seconds());
        };
        write::<Self, _>(context, Action::ConsentAsk, fill, |work, permit| {
            let customer = find::customer(work, &self.customer, self.website.as_deref())?;
            work.describe_customer(&customer)?;
            check_askable(work, &customer)?;
            self.check_ticket(work, &customer)?;
            make_room(work, &permit.narrow(), &customer)?;
            let ask = self.new_ask(work, &customer)?;
            work.tx.consent_ask_add(&permit.narrow(), &ask)?;
            let recorded = record(work, &ask)?;
            let summary = CustomerSummary::from_customer(work, &customer)?;
            outbox::queue_after_ask(work, &permit.narrow(), &ask, &summary, recorded.seq)?;
            let answer = ConsentAsked {
                ask: ConsentAskView::from_ask(work, ask)?,
                customer: summary,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }

    fn new_ask(&self, work: &UnitOfWork<'_>, customer: &Customer) -> Result<ConsentAsk> {
        let admin_id = work.actor.admin_id();
        let admin_id = admin_id.ok_or_else(|| Fault::internal("only an admin user asks"))?;
        Ok(ConsentAsk {
            id: ConsentAskId::from_bits(random_bytes(work.random)),
            state: AskState::Open,
            ask_seq: work.next_seq(),
            customer_id: customer.id,
            website_id: customer.website_id,
            admin_id,
            admin: work.actor.name.clone(),
            ticket: self.ticket.clone(),
            duration: self.duration,
            asked_at: work.now,
            expires_at: work.now.saturating_add(ANSWER_TIME),
            decided_at: None,
            storefront: None,
        })
    }

    /// The website's rules for tickets, as for a login: the customer sees the
    /// ticket.
    fn check_ticket(&self, view: &ReadView<'_>, customer: &Customer) -> Result<()> {
        let website = view.store_tree()?.website(customer.website_id);
        let at = |path| view.config.effective(path, website, None);
        let is_required = at(config::TICKET_REQUIRED)?.is_yes();
        let pattern = at(config::TICKET_PATTERN)?.value;
        let fits = |ticket: &Ticket| {
            let pattern = pattern.as_deref();
            pattern.is_none_or(|pattern| pattern::matches_whole(pattern, ticket.as_str()))
        };
        match &self.ticket {
            Some(ticket) if fits(ticket) => Ok(()),
            None if !is_required => Ok(()),
            _ => Err(Fault::TicketRequired { pattern }),
        }
    }
}

/// Whether consent is all that a login as this customer lacks.
fn check_askable(view: &ReadView<'_>, customer: &Customer) -> Result<()> {
    if !view.config.is_yes(config::ENABLED)? {
        return Err(Fault::FeatureDisabled);
    }
    let id = customer.id.to_string();
    if !customer.active {
        return Err(Fault::CustomerInactive { customer: id });
    }
    if !customer.confirmed {
        return Err(Fault::CustomerUnconfirmed { customer: id });
    }
    let guard = customer.guard_website_id;
    if guard.is_some_and(|website| !view.actor.can_see_website(website)) {
        return Err(Fault::CustomerMoved { customer: id });
    }
    if customer.id.is_local() {
        return Err(Fault::CustomerLocal { customer: id });
    }
    if check_consent(view, customer)?.is_ok() {
        let what = format!("the consent of customer {id}");
        return Err(Fault::AlreadyExists { what });
    }
    Ok(())
}

/// Checks that the customer can be asked now. An ask that has expired makes
/// room for the next one.
fn make_room(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConsentAskWrite>,
    customer: &Customer,
) -> Result<()> {
    let all = ConsentAskQuery {
        customer_id: Some(customer.id),
        ..ConsentAskQuery::default()
    };
    let asked: Vec<_> = work.read.consent_asks(&all)?;
    let asked: Vec<_> = asked.iter().map(|ask| ask.asked_at).collect();
    if let Some(ask) = open_ask(work, customer.id)? {
        if ask.state_at(work.now) == AskState::Open {
            return Err(Fault::AskOpen {
                customer: customer.id.to_string(),
                ask: ask.id.to_string(),
            });
        }
        let _ = expire_ask(work, permit, ask)?;
    }
    if wait_until_next_ask(&asked, work.now).is_some() {
        return Err(Fault::AskLimit {
            customer: customer.id.to_string(),
            most: MAX_ASKS_PER_PERIOD as u64,
        });
    }
    Ok(())
}

fn record(work: &mut UnitOfWork<'_>, ask: &ConsentAsk) -> Result<RecordedEvent> {
    let mut event = work.draft.clone();
    describe_ask(work, ask, &mut event);
    event.add_detail("expires_at", ask.expires_at.to_string());
    work.draft = event;
    work.record()
}
