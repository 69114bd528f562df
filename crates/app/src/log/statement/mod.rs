//! The statement for a customer who asks who was in their account.

mod visits;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use lac_ledger::statement::{
    AccountStatement, ConsentChange, RefusedAttempt, StatementCheckpoint, StatementCustomer,
};

use self::visits::VisitCollector;
use super::filter_values::may_know_customers;
use super::reading;
use super::{LOG_READERS, ReadableLog};
use crate::core::{counted, find};
use crate::{Context, ReadView, SigningKeys};
use lac_ledger::event_log::newest_head;
use lac_ledger::fault::log_tampered;
use lac_ledger::report_summary::SummaryEvent;
use lac_ledger::signing::note;
use lac_model::access::Actor;
use lac_model::audit::{Action, ActionGroup, EventView, Outcome};
use lac_model::audit::{Filter, FilterValues};
use lac_model::bounded::ShortText;
use lac_model::customer::{Customer, CustomerRef};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Builds a customer's statement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogStatement {
    /// The id of a customer, also a removed one, or an e-mail address.
    pub customer: ShortText,
    /// The website of the address.
    pub website: Option<ShortText>,
    /// As in [`Filter`].
    pub since: Option<ShortText>,
    pub until: Option<ShortText>,
}

impl LogStatement {
    /// Collects everything the log contains about access to the account, as far
    /// as the actor may read it. Memory grows with the number of this
    /// customer's events.
    ///
    /// # Errors
    /// `resource_denied`; `customer_not_found` for an address or id that
    /// neither a customer nor an event has, as far as the actor may see;
    /// `customer_ambiguous`, `document_number`, `website_not_found`,
    /// `invalid_value`; `log_tampered` and `key_missing` if the newest
    /// checkpoint cannot be verified.
    pub fn run(self, context: &Context<'_>) -> Result<AccountStatement> {
        let shown =
            |_: &Actor, stated: &AccountStatement| usize::from(stated.customer.email.is_some());
        counted::read_counted_if_restricted(context, Action::LogRead, &LOG_READERS, shown, |view| {
            self.build_statement(view)
        })
    }

    fn build_statement(&self, view: &ReadView<'_>) -> Result<AccountStatement> {
        let mut customer = self.find_customer(view)?;
        let filter = Filter {
            since: self.since.clone(),
            until: self.until.clone(),
            customer: FilterValues::any_of([customer.id.to_string()])?,
            ..Filter::default()
        };
        let readable = ReadableLog::for_actor(view)?;
        let mut visits = VisitCollector::default();
        let (mut events, mut erased) = (0, 0);
        let (mut attempts, mut consents) = (Vec::new(), Vec::new());
        let mut address = None;
        let period = reading::for_each_event(view, &filter, &mut |summary| {
            events += 1;
            erased += u64::from(summary.erased);
            if summary.event.customer_email.is_some() {
                address.clone_from(&summary.event.customer_email);
            }
            attempts.extend(refused_attempt(&summary));
            consents.extend(consent_change(&summary));
            visits.add_event(view, &readable, &summary)
        })?;
        customer.email = customer.email.or(address);
        let about =
            reading::report_context(view, &readable, reading::store_timezone(view)?, period)?;
        Ok(AccountStatement {
            complete: about.limits.is_empty(),
            about,
            log_began: log_start(view)?,
            customer,
            events,
            erased,
            visits: visits.finish(view, &readable)?,
            attempts,
            consents,
            proof: checkpoint_proof(view)?,
        })
    }

    /// Finds the customer. For one outside the role scope, as for a removed
    /// one, the statement has the id and what events contain, nothing else.
    fn find_customer(&self, view: &ReadView<'_>) -> Result<StatementCustomer> {
        let website = self.website.as_deref();
        let wanted = website.map(|code| find::website(view, code)).transpose()?;
        let missing = || Fault::CustomerNotFound {
            customer: self.customer.clone().into(),
        };
        let may_know = may_know_customers(view);
        let id = match CustomerRef::parse(&self.customer) {
            CustomerRef::Id(id) => id,
            CustomerRef::Document(number) => {
                return Err(find::document_number_fault(view, &self.customer, number)?);
            }
            CustomerRef::Email(_) if may_know => {
                return from_known_customer(view, &find::customer(view, &self.customer, website)?);
            }
            CustomerRef::Email(_) => {
                customer_named_in_log(view, &self.customer, website)?.ok_or_else(missing)?
            }
        };
        let found = if may_know {
            view.read.customer(id)?
        } else {
            None
        };
        if let Some(customer) = found.filter(|c| view.actor.can_see_website(c.website_id)) {
            if wanted.is_some_and(|website| website.id != customer.website_id) {
                return Err(missing());
            }
            return from_known_customer(view, &customer);
        }
        let filter = Filter {
            customer: FilterValues::any_of([id.to_string()])?,
            ..Filter::default()
        };
        if !reading::has_events(view, &filter)? {
            return Err(missing());
        }
        Ok(StatementCustomer {
            id,
            email: None,
            website: None,
            known: false,
            former_ids: Vec::new(),
        })
    }
}

/// The customer with this address in events, for actors who may learn of
/// customers from events only. Fails with `customer_ambiguous` if several have
/// it.
fn customer_named_in_log(
    view: &ReadView<'_>,
    address: &str,
    website: Option<&str>,
) -> Result<Option<CustomerId>> {
    let filter = Filter {
        customer: FilterValues::any_of([address])?,
        website: FilterValues::any_of(website)?,
        ..Filter::default()
    };
    let mut found: Vec<(CustomerId, Option<String>)> = Vec::new();
    reading::for_each_event(view, &filter, &mut |summary| {
        if let Some(id) = summary.event.customer_id
            && !found.iter().any(|(known, _)| *known == id)
        {
            found.push((id, summary.event.website));
        }
        Ok(())
    })?;
    if found.len() > 1 {
        return Err(Fault::CustomerAmbiguous {
            email: address.to_owned(),
            websites: found
                .into_iter()
                .filter_map(|(_, website)| website)
                .collect(),
        });
    }
    Ok(found.pop().map(|(id, _)| id))
}

fn from_known_customer(view: &ReadView<'_>, customer: &Customer) -> Result<StatementCustomer> {
    let mut ids = find::customer_ids_in_log(view, customer.id)?;
    ids.retain(|id| *id != customer.id);
    let website = view.store_tree()?.website(customer.website_id);
    Ok(StatementCustomer {
        id: customer.id,
        email: Some(customer.email.clone()),
        website: website.map(|website| website.code.clone()),
        known: true,
        former_ids: ids,
    })
}

/// The newest checkpoint, after verifying its signature.
fn checkpoint_proof(view: &ReadView<'_>) -> Result<StatementCheckpoint> {
    let origin = view.config.store_name()?;
    let keys = SigningKeys::load(view.keys, view.read, &origin)?.chain;
    let head = newest_head(view.read)?;
    let opened = keys.open(head.note.as_bytes());
    let checkpoint = opened.map_err(|e| log_tampered(e.to_string()))?.checkpoint;
    Ok(StatementCheckpoint {
        key: note::verifier_key(&origin, keys.newest()),
        origin: checkpoint.origin,
        size: checkpoint.size,
        root: STANDARD.encode(checkpoint.root),
        time: head.last_time,
    })
}

fn detail_text(event: &EventView, key: &str) -> Option<String> {
    event
        .details
        .as_ref()?
        .get(key)
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// A refused login, or a refused redemption of a link.
fn refused_attempt(summary: &SummaryEvent) -> Option<RefusedAttempt> {
    let event = &summary.event;
    let acts = [Action::LoginIssue, Action::LoginRedeem];
    let is_one = acts
        .iter()
        .any(|act| act.full_name() == event.full_action_name);
    (is_one && event.result == Outcome::Failure).then(|| RefusedAttempt {
        seq: event.seq,
        time: event.time,
        action: event.action.clone(),
        admin: event.admin.clone(),
        code: detail_text(event, "code"),
        reason: event.reason.clone(),
        ticket: event.ticket.clone(),
        session_id: event.session_id.clone(),
        erased: summary.erased,
    })
}

fn consent_change(summary: &SummaryEvent) -> Option<ConsentChange> {
    let event = &summary.event;
    let is_one = event.action_group == ActionGroup::Consent.as_str()
        && event.action != Action::ConsentRead.name()
        && event.result == Outcome::Success;
    is_one.then(|| ConsentChange {
        seq: event.seq,
        time: event.time,
        granted: event.action == Action::ConsentGrant.name(),
        source: detail_text(event, "source"),
        by: event
            .admin
            .clone()
            .or_else(|| detail_text(event, "storefront")),
        reason: event.reason.clone(),
        erased: summary.erased,
    })
}

/// The time of the first event, which may be archived.
fn log_start(view: &ReadView<'_>) -> Result<Option<Timestamp>> {
    if let Some(oldest) = view.read.audit_archives()?.first() {
        return Ok(Some(oldest.since));
    }
    let first = view.read.audit_event(1)?;
    let first = first
        .as_ref()
        .map(lac_ledger::event_log::read_event)
        .transpose()?;
    Ok(first.map(|event| event.time))
}
