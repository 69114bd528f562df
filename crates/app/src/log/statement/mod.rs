//! What one shopper is told when they ask who was in their account.

mod visits;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use lac_ledger::statement::{Attempt, ConsentChange, Proof, Shopper, Stated};

use self::visits::Visits;
use super::names::may_know_customers;
use super::summary;
use super::{READERS, Readable};
use crate::{Desk, Keys, View, bulk, find};
use lac_ledger::fault::tampered;
use lac_ledger::log::newest;
use lac_ledger::signing::note;
use lac_ledger::summary::Seen;
use lac_model::access::Actor;
use lac_model::audit::{Action, ActionGroup, EventView, Outcome};
use lac_model::audit::{Filter, Wanted};
use lac_model::customer::{Customer, CustomerRef};
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Asks for a shopper's statement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Statement {
    /// An id, also one of a customer who has been removed; or an e-mail
    /// address.
    pub customer: ShortText,
    /// The website an address is meant on.
    pub website: Option<ShortText>,
    /// As in [`Filter`].
    pub since: Option<ShortText>,
    pub until: Option<ShortText>,
}

impl Statement {
    /// Everything the log says about access to the account, as far as the
    /// actor may read it. Memory grows with that one shopper's events.
    ///
    /// # Errors
    /// `resource_denied`; `customer_not_found` for an address nobody has and an
    /// id that neither the customers nor the log know, as far as the actor may
    /// see; `customer_ambiguous`, `website_not_found`, `invalid_value`;
    /// `log_tampered` and `key_missing` where the newest checkpoint cannot be
    /// vouched for.
    pub fn run(self, desk: &Desk<'_>) -> Result<Stated> {
        let shown = |_: &Actor, stated: &Stated| usize::from(stated.customer.email.is_some());
        bulk::look_beside(desk, Action::LogRead, &READERS, shown, |view| {
            self.state(view)
        })
    }

    fn state(&self, view: &View<'_>) -> Result<Stated> {
        let mut customer = self.shopper(view)?;
        let filter = Filter {
            since: self.since.clone(),
            until: self.until.clone(),
            customer: Wanted::any([customer.id.to_string()])?,
            ..Filter::default()
        };
        let readable = Readable::of(view)?;
        let mut visits = Visits::default();
        let (mut events, mut erased) = (0, 0);
        let (mut attempts, mut consents) = (Vec::new(), Vec::new());
        let mut address = None;
        let period = summary::events(view, &filter, &mut |seen| {
            events += 1;
            erased += u64::from(seen.erased);
            if seen.event.customer_email.is_some() {
                address.clone_from(&seen.event.customer_email);
            }
            attempts.extend(attempt(&seen));
            consents.extend(consent_change(&seen));
            visits.take(view, &readable, &seen)
        })?;
        customer.email = customer.email.or(address);
        let about = summary::about(view, &readable, summary::zone(view)?, period)?;
        Ok(Stated {
            complete: about.limits.is_empty(),
            about,
            log_began: began(view)?,
            customer,
            events,
            erased,
            visits: visits.finish(view, &readable)?,
            attempts,
            consents,
            proof: proof(view)?,
        })
    }

    /// Who it is about. Whoever is outside the role scope is known by the id
    /// and by what the log shows of them alone, like somebody who was removed.
    fn shopper(&self, view: &View<'_>) -> Result<Shopper> {
        let website = self.website.as_deref();
        let wanted = website.map(|code| find::website(view, code)).transpose()?;
        let missing = || Fault::CustomerNotFound {
            customer: self.customer.clone().into(),
        };
        let may_know = may_know_customers(view);
        let id = match CustomerRef::read(&self.customer) {
            CustomerRef::Id(id) => id,
            CustomerRef::Document(number) => {
                return Err(find::document_number(view, &self.customer, number)?);
            }
            CustomerRef::Email(_) if may_know => {
                return known(view, &find::customer(view, &self.customer, website)?);
            }
            CustomerRef::Email(_) => {
                named_in_log(view, &self.customer, website)?.ok_or_else(missing)?
            }
        };
        let found = if may_know {
            view.read.customer(id)?
        } else {
            None
        };
        if let Some(customer) = found.filter(|c| view.actor.sees(c.website_id)) {
            if wanted.is_some_and(|website| website.id != customer.website_id) {
                return Err(missing());
            }
            return known(view, &customer);
        }
        let filter = Filter {
            customer: Wanted::any([id.to_string()])?,
            ..Filter::default()
        };
        if !summary::any(view, &filter)? {
            return Err(missing());
        }
        Ok(Shopper {
            id,
            email: None,
            website: None,
            known: false,
            former_ids: Vec::new(),
        })
    }
}

/// The one customer that events name by an address, for who may learn of
/// customers from events alone.
///
/// # Errors
/// `customer_ambiguous` where events of several have it.
fn named_in_log(
    view: &View<'_>,
    address: &str,
    website: Option<&str>,
) -> Result<Option<CustomerId>> {
    let filter = Filter {
        customer: Wanted::any([address])?,
        website: Wanted::any(website)?,
        ..Filter::default()
    };
    let mut found: Vec<(CustomerId, Option<String>)> = Vec::new();
    summary::events(view, &filter, &mut |seen| {
        if let Some(id) = seen.event.customer_id
            && !found.iter().any(|(known, _)| *known == id)
        {
            found.push((id, seen.event.website));
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

fn known(view: &View<'_>, customer: &Customer) -> Result<Shopper> {
    let mut ids = find::ids_in_log(view, customer.id)?;
    ids.retain(|id| *id != customer.id);
    let website = view.tree()?.website(customer.website_id);
    Ok(Shopper {
        id: customer.id,
        email: Some(customer.email.clone()),
        website: website.map(|website| website.code.clone()),
        known: true,
        former_ids: ids,
    })
}

/// The newest checkpoint, after its signature was verified.
fn proof(view: &View<'_>) -> Result<Proof> {
    let origin = view.config.store_name()?;
    let keys = Keys::of(view.keys, view.read, &origin)?.chain;
    let head = newest(view.read)?;
    let opened = keys.open(head.note.as_bytes());
    let checkpoint = opened.map_err(|e| tampered(e.to_string()))?.checkpoint;
    Ok(Proof {
        key: note::vkey(&origin, keys.newest()),
        origin: checkpoint.origin,
        size: checkpoint.size,
        root: STANDARD.encode(checkpoint.root),
        time: head.last_time,
    })
}

fn detail(event: &EventView, key: &str) -> Option<String> {
    event
        .details
        .as_ref()?
        .get(key)
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// A login or the opening of its link that was refused.
fn attempt(seen: &Seen) -> Option<Attempt> {
    let event = &seen.event;
    let acts = [Action::LoginIssue, Action::LoginRedeem];
    let is_one = acts
        .iter()
        .any(|act| act.full_name() == event.full_action_name);
    (is_one && event.result == Outcome::Failure).then(|| Attempt {
        seq: event.seq,
        time: event.time,
        action: event.action.clone(),
        admin: event.admin.clone(),
        code: detail(event, "code"),
        reason: event.reason.clone(),
        ticket: event.ticket.clone(),
        session_id: event.session_id.clone(),
        erased: seen.erased,
    })
}

fn consent_change(seen: &Seen) -> Option<ConsentChange> {
    let event = &seen.event;
    let is_one = event.action_group == ActionGroup::Consent.as_str()
        && event.action != Action::ConsentRead.name()
        && event.result == Outcome::Success;
    is_one.then(|| ConsentChange {
        seq: event.seq,
        time: event.time,
        granted: event.action == Action::ConsentGrant.name(),
        source: detail(event, "source"),
        by: event.admin.clone().or_else(|| detail(event, "storefront")),
        reason: event.reason.clone(),
        erased: seen.erased,
    })
}

/// When the log's first event was, also where an archive holds it.
fn began(view: &View<'_>) -> Result<Option<Timestamp>> {
    if let Some(oldest) = view.read.audit_archives()?.first() {
        return Ok(Some(oldest.since));
    }
    let first = view.read.audit_event(1)?;
    let first = first.as_ref().map(lac_ledger::log::read).transpose()?;
    Ok(first.map(|event| event.time))
}
