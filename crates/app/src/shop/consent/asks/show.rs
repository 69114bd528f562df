//! Shows asks: to the agent who asked, and the open one to the customer.

use serde::{Deserialize, Serialize};

use super::ask_not_found;
use super::close::open_ask;
use crate::core::consent::check_consent;
use crate::core::find;
use crate::core::page::{Page, PageRequest};
use crate::shop::consent::own_customer::find_own_customer;
use crate::{Context, ReadView, read};
use lac_model::audit::Action;
use lac_model::bounded::{ShortText, Ticket};
use lac_model::consent::ask::{AskDuration, AskState, ConsentAsk, ConsentAskId};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{ConsentAskQuery, Result};

/// An open ask as the customer sees it: where, for which ticket, for how long.
/// No name and no free text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAsk {
    pub id: ConsentAskId,
    pub website: String,
    pub website_name: String,
    pub ticket: Option<Ticket>,
    /// How long the consent would be valid, in seconds.
    pub duration: AskDuration,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
}

impl OpenAsk {
    pub(in crate::shop::consent) fn from_ask(view: &ReadView<'_>, ask: ConsentAsk) -> Result<Self> {
        let website = view.store_tree()?.website(ask.website_id);
        Ok(Self {
            id: ask.id,
            website: website.map_or_else(String::new, |w| w.code.clone()),
            website_name: website.map_or_else(String::new, |w| w.name.clone()),
            ticket: ask.ticket,
            duration: ask.duration,
            asked_at: ask.asked_at,
            expires_at: ask.expires_at,
        })
    }
}

/// An ask with its state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentAskView {
    #[serde(flatten)]
    pub ask: OpenAsk,
    pub customer_id: CustomerId,
    pub state: AskState,
    /// When it was answered or withdrawn.
    pub decided_at: Option<Timestamp>,
    /// The storefront through which it was answered.
    pub storefront: Option<String>,
}

impl ConsentAskView {
    pub(super) fn from_ask(view: &ReadView<'_>, ask: ConsentAsk) -> Result<Self> {
        Ok(Self {
            customer_id: ask.customer_id,
            state: ask.state_at(view.now),
            decided_at: ask.decided_at,
            storefront: ask.storefront.clone(),
            ask: OpenAsk::from_ask(view, ask)?,
        })
    }
}

/// Lists asks, newest first: the actor's own; for a storefront's account, the
/// open one of a customer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ConsentAskList {
    /// Only this customer's: an id or an e-mail address; for a storefront's
    /// account an id, which it must give.
    pub customer: Option<ShortText>,
    pub website: Option<ShortText>,
    /// The cursor is the seq of the event that recorded the ask.
    pub part: PageRequest,
}

impl ConsentAskList {
    /// # Errors
    /// `invalid_value` for an invalid cursor; `resource_denied`,
    /// `customer_not_found`, `customer_ambiguous`, `document_number`,
    /// `website_not_found`; `input_required` for a storefront's account that
    /// names no customer.
    pub fn run(self, context: &Context<'_>) -> Result<Page<ConsentAskView>> {
        let before = self.part.numeric_cursor()?;
        let needs = [Resource::LOGIN_BUTTON, Resource::LAC_STOREFRONT];
        read(context, Action::ConsentRead, &needs, |view| {
            if view.actor.storefront_id().is_some() {
                return self.list_for_customer(view);
            }
            view.require(Resource::LOGIN_BUTTON)?;
            let website = self.website.as_deref();
            let customer = self.customer.as_deref();
            let customer = customer
                .map(|named| find::customer(view, named, website))
                .transpose()?;
            let limit = self.part.row_limit();
            let mut found = view.read.consent_asks(&ConsentAskQuery {
                admin_id: view.actor.admin_id(),
                customer_id: customer.map(|customer| customer.id),
                before,
                limit: Some(limit + 1),
                ..ConsentAskQuery::default()
            })?;
            let is_more = found.len() > limit;
            found.truncate(limit);
            let last = found.last().map(|ask| ask.ask_seq.to_string());
            let rows = found
                .into_iter()
                .map(|ask| ConsentAskView::from_ask(view, ask))
                .collect::<Result<Vec<_>>>()?;
            Ok(Page {
                rows,
                next: last.filter(|_| is_more),
                left_out: view.read.skipped_row_count(),
            })
        })
    }

    fn list_for_customer(&self, view: &ReadView<'_>) -> Result<Page<ConsentAskView>> {
        let named = self.customer.as_deref();
        let named = named.ok_or_else(|| Fault::InputRequired {
            what: "a customer".to_owned(),
            flag: "CUSTOMER".to_owned(),
        })?;
        let id: Option<CustomerId> = named.trim().parse().ok();
        let missing = || Fault::CustomerNotFound {
            customer: named.to_owned(),
        };
        let customer = find_own_customer(view, id.ok_or_else(missing)?)?;
        let ask = open_ask(view, customer.id)?;
        let ask = ask.filter(|ask| ask.state_at(view.now) == AskState::Open);
        let rows = ask.map(|ask| ConsentAskView::from_ask(view, ask));
        Ok(Page {
            rows: rows.into_iter().collect::<Result<_>>()?,
            ..Page::default()
        })
    }
}

/// Asks for the state of an ask, by an agent who waits for its answer. It reads
/// only, and counts as no look-up of the customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentAskShow {
    pub ask: ConsentAskId,
}

/// The state of an ask, and whether the customer's consent allows a login now,
/// through whichever decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentAskStatus {
    #[serde(flatten)]
    pub ask: ConsentAskView,
    pub allowed: bool,
}

impl ConsentAskShow {
    /// # Errors
    /// `resource_denied`; `ask_not_found`, also outside the actor's role scope.
    pub fn run(self, context: &Context<'_>) -> Result<ConsentAskStatus> {
        let needs = [Resource::LOGIN_BUTTON];
        read(context, Action::ConsentRead, &needs, |view| {
            let ask = view.read.consent_ask(&self.ask)?;
            let ask = ask.filter(|ask| view.actor.can_see_website(ask.website_id));
            let ask = ask.ok_or_else(|| ask_not_found(&self.ask))?;
            let customer = view.read.customer(ask.customer_id)?;
            let customer =
                customer.filter(|customer| view.actor.can_see_website(customer.website_id));
            let allowed = match &customer {
                Some(customer) => check_consent(view, customer)?.is_ok(),
                None => false,
            };
            Ok(ConsentAskStatus {
                ask: ConsentAskView::from_ask(view, ask)?,
                allowed,
            })
        })
    }
}
