//! Which events: from what people write to what the store is asked.

use chrono_tz::Tz;

use super::Readable;
use super::names;
use crate::View;
use lac_model::audit::{Action, ActionGroup, Choice, Filter, Outcome, Selection, Wanted};
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_model::time::{Edge, Timestamp, parse_bound};
use lac_store::{EventQuery, Result};

/// The query for what the actor may read of it.
///
/// # Errors
/// `invalid_value`, naming the flag; `customer_not_found` for an id or
/// address that is none; `resource_denied` for an action group that was
/// asked for and may not be read.
pub(super) fn query(filter: &Filter, view: &View<'_>) -> Result<EventQuery> {
    let readable = Readable::of(view)?;
    let mut query = EventQuery {
        visible: readable.visible,
        ..EventQuery::default()
    };
    let (since, until) = period(filter, view)?;
    query.select = Selection {
        since,
        until,
        action_group: groups(view, &filter.action_group, readable.groups.as_deref())?,
        action: checked("action", &filter.action, |flag, name| {
            let known = Action::ALL.iter().map(|action| action.name());
            names::one_of(flag, "an action", name, known)
        })?,
        result: checked("result", &filter.result, outcome)?,
        admin: plain(&filter.admin),
        role: plain(&filter.role),
        website: plain(&filter.website),
        store_view: plain(&filter.store_view),
        session_id: checked("session", &filter.session, names::session)?,
        ticket: plain(&filter.ticket),
        document: Choice {
            any: names::documents("--document", &filter.document.any)?,
            not: names::documents("--not-document", &filter.document.not)?,
        },
        ip_address: checked("ip", &filter.ip, names::network)?,
        full_action_name: Choice::any(filter.full_action_name.iter().map(ShortText::as_str)),
        details: Choice::any(filter.details.iter().map(ShortText::as_str)),
        reason: Choice::any(filter.reason.iter().map(ShortText::as_str)),
        ..Selection::default()
    };
    names::customers(view, &filter.customer, &mut query.select)?;
    names::hint_at_session(view, &mut query)?;
    Ok(query)
}

/// The bounds in time. A period that ends before it begins is a mistake:
/// its empty answer would be taken for one.
fn period(filter: &Filter, view: &View<'_>) -> Result<Period> {
    let since = bound(view, filter.since.as_deref(), "--since", Edge::Since)?;
    let until = bound(view, filter.until.as_deref(), "--until", Edge::Until)?;
    // Both may lie in an hour that clocks left out, and begin with the next.
    let begins = bound(view, filter.until.as_deref(), "--until", Edge::Since)?;
    let is_after = |end: Option<Timestamp>| since.zip(end).is_some_and(|(a, b)| a > b);
    if is_after(begins) && since >= until {
        let given = |text: &Option<ShortText>| text.clone().unwrap_or_default();
        let (since, until) = (given(&filter.since), given(&filter.until));
        let reason = format!("`{since}` is after --until `{until}`");
        return Err(Fault::invalid("--since", reason));
    }
    Ok((since, until))
}

/// Since ≤ time < until.
type Period = (Option<Timestamp>, Option<Timestamp>);

fn bound(view: &View<'_>, text: Option<&str>, flag: &str, edge: Edge) -> Result<Option<Timestamp>> {
    let Some(text) = text else { return Ok(None) };
    let read = parse_bound(text, zone(view)?, view.now, edge);
    read.map(Some).map_err(|e| Fault::invalid(flag, e))
}

/// The store's timezone.
///
/// # Errors
/// Only the store's own.
pub(super) fn zone(view: &View<'_>) -> Result<Tz> {
    let name = view.config.default(config::TIMEZONE)?.value;
    let zone = name.as_deref().map(str::parse).transpose();
    Ok(zone.map_err(Fault::internal)?.unwrap_or(Tz::UTC))
}

/// Action groups; without *Report* only those that may be read.
fn groups(view: &View<'_>, wish: &Wanted, readable: Option<&[ActionGroup]>) -> Result<Choice> {
    let mut choice = checked("action-group", wish, |flag, name| {
        let known = ActionGroup::ALL.into_iter().map(ActionGroup::as_str);
        names::one_of(flag, "an action group", name, known)
    })?;
    let Some(readable) = readable else {
        return Ok(choice);
    };
    let may = |name: &String| readable.iter().any(|group| group.as_str() == name);
    if !choice.any.iter().all(may) {
        view.demand(Resource::LOGGING_EVENTS)?;
    }
    if choice.any.is_empty() {
        choice.any = readable.iter().map(|g| g.as_str().to_owned()).collect();
    }
    Ok(choice)
}

fn outcome(flag: &str, name: &str) -> Result<String> {
    if Outcome::from_name(name).is_some() {
        return Ok(name.to_owned());
    }
    let reason = format!("`{name}` is neither success nor failure");
    Err(Fault::invalid(flag, reason))
}

fn plain(wish: &Wanted) -> Choice {
    Choice {
        any: texts(&wish.any),
        not: texts(&wish.not),
    }
}

/// Checks every value of `--NAME` and of `--not-NAME`.
fn checked(
    name: &str,
    wish: &Wanted,
    check: impl Fn(&str, &str) -> Result<String>,
) -> Result<Choice> {
    let all = |flag: &str, values: &[ShortText]| -> Result<Vec<String>> {
        values.iter().map(|value| check(flag, value)).collect()
    };
    Ok(Choice {
        any: all(&format!("--{name}"), &wish.any)?,
        not: all(&format!("--not-{name}"), &wish.not)?,
    })
}

fn texts(words: &[ShortText]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
