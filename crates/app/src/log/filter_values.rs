//! Checks and resolves the values of filters: names, networks, documents,
//! sessions and customers.

use super::ReadableLog;
use crate::ReadView;
use crate::core::find;
use lac_model::audit::FilterValues;
use lac_model::audit::select::{parse_network as read_network, parse_unix_uid};
use lac_model::audit::{Selection, SelectionValues};
use lac_model::bounded::ShortText;
use lac_model::customer::{CustomerRef, email_key};
use lac_model::document::{DocumentKind, normalize_number};
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::resource::Resource;
use lac_model::text;
use lac_store::{EventQuery, Result};

/// A name from a fixed list. The fault for any other suggests the nearest one.
pub(super) fn check_one_of<'a>(
    flag: &str,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Result<String> {
    let mut all: Vec<&str> = known.collect();
    if all.contains(&name) {
        return Ok(name.to_owned());
    }
    all.sort_unstable();
    all.dedup();
    let hint = match text::closest_match(name, all.iter().copied()) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => format!("there are {}", all.join(", ")),
    };
    Err(Fault::invalid(
        flag,
        format!("`{name}` is not {what}; {hint}"),
    ))
}

/// An IP address, a network as CIDR, or `unix:UID` for a client of a broker.
pub(super) fn check_network(flag: &str, given: &str) -> Result<String> {
    if parse_unix_uid(given).is_some() {
        return Ok(given.to_owned());
    }
    let network = read_network(given).map(|network| network.to_string());
    network.ok_or_else(|| {
        let reason = format!(
            "`{given}` is neither an IP address nor a network such as 192.0.2.0/24, nor unix:UID"
        );
        Fault::invalid(flag, reason)
    })
}

/// A session id or the beginning of one, at least eight digits.
pub(super) fn check_session_id(flag: &str, given: &str) -> Result<String> {
    let digits = given.bytes().all(|b| b.is_ascii_hexdigit());
    if digits && (8..=32).contains(&given.len()) {
        return Ok(given.to_ascii_lowercase());
    }
    let reason = format!("`{given}` is not the id of a session, nor at least eight digits of one");
    Err(Fault::invalid(flag, reason))
}

/// `order:N` means one document; a number alone means that number of any kind.
pub(super) fn resolve_documents(flag: &str, values: &[ShortText]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    let kinds = || DocumentKind::ALL.into_iter().map(DocumentKind::as_str);
    for given in values {
        if let Some((kind, number)) = given.split_once(':') {
            let kind = kind.replace('-', "_");
            let kind = check_one_of(flag, "a kind of document", &kind, kinds())?;
            all.push(format!("{kind}:{}", normalize_number(number)));
        } else {
            let number = normalize_number(given);
            all.extend(kinds().map(|kind| format!("{kind}:{number}")));
        }
    }
    Ok(all)
}

/// Resolves customers given by id or address. An address means every customer
/// who has it, within the role scope, under every id they had. An address
/// without such a customer is searched for in the events.
pub(super) fn resolve_customers(
    view: &ReadView<'_>,
    values: &FilterValues,
    select: &mut Selection,
) -> Result<()> {
    for (given, wanted) in [(&values.any, true), (&values.not, false)] {
        for named in given {
            let ids = customer_ids(view, named)?;
            if ids.is_empty() {
                let email = &mut select.customer_email;
                let list = if wanted {
                    &mut email.any
                } else {
                    &mut email.not
                };
                list.push(named.clone().into());
            }
            let customer = &mut select.customer_id;
            let list = if wanted {
                &mut customer.any
            } else {
                &mut customer.not
            };
            list.extend(ids.iter().map(ToString::to_string));
        }
    }
    Ok(())
}

/// Fails with `customer_not_found` for an address in the filter that neither a
/// customer nor an event the actor may read has.
pub(super) fn check_addresses_known(view: &ReadView<'_>, query: &EventQuery) -> Result<()> {
    for address in &query.select.customer_email.any {
        let readable = ReadableLog::for_actor(view)?;
        let groups = readable.groups.unwrap_or_default();
        let about = EventQuery {
            select: Selection {
                action_group: SelectionValues::any_of(groups.iter().map(|group| group.as_str())),
                customer_email: SelectionValues::any_of([address]),
                ..Selection::default()
            },
            visible: readable.visible,
            limit: Some(1),
            ..EventQuery::default()
        };
        let mut is_known = false;
        view.log_source().for_each_event(&about, &mut |_| {
            is_known = true;
            Ok(())
        })?;
        if !is_known {
            return Err(Fault::CustomerNotFound {
                customer: address.clone(),
            });
        }
    }
    Ok(())
}

/// Whether the actor may know which customers exist.
pub(super) fn may_know_customers(view: &ReadView<'_>) -> bool {
    let rights = &view.actor.rights;
    rights.allows(Resource::CUSTOMER_MANAGE) || rights.allows(Resource::LOGGING_EVENTS)
}

/// Every id under which the log may name the customers.
fn customer_ids(view: &ReadView<'_>, named: &str) -> Result<Vec<CustomerId>> {
    match CustomerRef::parse(named) {
        CustomerRef::Id(id) => return find::customer_ids_in_log(view, id),
        CustomerRef::Document(number) => {
            return Err(find::document_number_fault(view, named, number)?);
        }
        CustomerRef::Email(_) => {}
    }
    // Without the right to read customers or the whole log, the actor must not
    // learn who is a customer, other than from events they can read.
    let mut ids = Vec::new();
    if !may_know_customers(view) {
        return Ok(ids);
    }
    for customer in view.read.customers_by_email(&email_key(named))? {
        if view.actor.can_see_website(customer.website_id) {
            ids.extend(find::customer_ids_in_log(view, customer.id)?);
        }
    }
    Ok(ids)
}

/// If the filter names one session, events before its first event or about
/// other customers cannot match.
pub(super) fn add_session_hints(view: &ReadView<'_>, query: &mut EventQuery) -> Result<()> {
    let [id] = &query.select.session_id.any[..] else {
        return Ok(());
    };
    if id.len() < 32 {
        return Ok(());
    }
    if let Some(session) = view.read.session(&SessionId::new(id.clone())?)? {
        query.hints.first = Some(session.issue_seq);
        query.hints.customers = find::customer_ids_in_log(view, session.customer_id)?;
    }
    Ok(())
}
