//! Turns a filter into a query of the store.

use chrono_tz::Tz;

use super::ReadableLog;
use super::filter_values;
use crate::ReadView;
use lac_model::audit::{
    Action, ActionGroup, Filter, FilterValues, Outcome, Selection, SelectionValues,
};
use lac_model::bounded::ShortText;
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::time::{Edge, Timestamp, parse_bound};
use lac_store::{EventQuery, Result};

/// The query for the events of a filter that the actor may read. Fails with
/// `invalid_value`, naming the flag; with `document_number` for a document
/// number in place of a customer; with `resource_denied` if the filter names an
/// action group that the actor may not read.
pub(super) fn build_query(filter: &Filter, view: &ReadView<'_>) -> Result<EventQuery> {
    let readable = ReadableLog::for_actor(view)?;
    let mut query = EventQuery {
        visible: readable.visible,
        ..EventQuery::default()
    };
    let (since, until) = time_bounds(filter, view)?;
    query.select = Selection {
        since,
        until,
        action_group: action_group_choice(view, &filter.action_group, readable.groups.as_deref())?,
        action: checked_choice("action", &filter.action, |flag, name| {
            let known = Action::ALL.iter().map(|action| action.name());
            filter_values::check_one_of(flag, "an action", name, known)
        })?,
        result: checked_choice("result", &filter.result, check_outcome)?,
        admin: unchecked_choice(&filter.admin),
        role: unchecked_choice(&filter.role),
        website: unchecked_choice(&filter.website),
        store_view: unchecked_choice(&filter.store_view),
        session_id: checked_choice("session", &filter.session, filter_values::check_session_id)?,
        ticket: unchecked_choice(&filter.ticket),
        document: SelectionValues {
            any: filter_values::resolve_documents("--document", &filter.document.any)?,
            not: filter_values::resolve_documents("--not-document", &filter.document.not)?,
        },
        ip_address: checked_choice("ip", &filter.ip, filter_values::check_network)?,
        full_action_name: SelectionValues::any_of(
            filter.full_action_name.iter().map(ShortText::as_str),
        ),
        details: SelectionValues::any_of(filter.details.iter().map(ShortText::as_str)),
        reason: SelectionValues::any_of(filter.reason.iter().map(ShortText::as_str)),
        ..Selection::default()
    };
    filter_values::resolve_customers(view, &filter.customer, &mut query.select)?;
    filter_values::add_session_hints(view, &mut query)?;
    Ok(query)
}

/// The bounds in time. A period that ends before it begins is refused: an empty
/// answer would look like a valid one.
fn time_bounds(filter: &Filter, view: &ReadView<'_>) -> Result<TimeBounds> {
    let since = parse_time_bound(view, filter.since.as_deref(), "--since", Edge::Since)?;
    let until = parse_time_bound(view, filter.until.as_deref(), "--until", Edge::Until)?;
    // Both can lie in an hour that the clock skipped, and then stand for the
    // hour after it.
    let begins = parse_time_bound(view, filter.until.as_deref(), "--until", Edge::Since)?;
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
type TimeBounds = (Option<Timestamp>, Option<Timestamp>);

fn parse_time_bound(
    view: &ReadView<'_>,
    text: Option<&str>,
    flag: &str,
    edge: Edge,
) -> Result<Option<Timestamp>> {
    let Some(text) = text else { return Ok(None) };
    let read = parse_bound(text, store_timezone(view)?, view.now, edge);
    read.map(Some).map_err(|e| Fault::invalid(flag, e))
}

/// The store's time zone.
pub(super) fn store_timezone(view: &ReadView<'_>) -> Result<Tz> {
    let name = view.config.at_default(config::TIMEZONE)?.value;
    let zone = name.as_deref().map(str::parse).transpose();
    Ok(zone.map_err(Fault::internal)?.unwrap_or(Tz::UTC))
}

/// The action groups to query; without *Report*, only those the actor may read.
fn action_group_choice(
    view: &ReadView<'_>,
    values: &FilterValues,
    readable: Option<&[ActionGroup]>,
) -> Result<SelectionValues> {
    let mut choice = checked_choice("action-group", values, |flag, name| {
        let known = ActionGroup::ALL.into_iter().map(ActionGroup::as_str);
        filter_values::check_one_of(flag, "an action group", name, known)
    })?;
    let Some(readable) = readable else {
        return Ok(choice);
    };
    let may = |name: &String| readable.iter().any(|group| group.as_str() == name);
    if !choice.any.iter().all(may) {
        view.require(Resource::LOGGING_EVENTS)?;
    }
    if choice.any.is_empty() {
        choice.any = readable.iter().map(|g| g.as_str().to_owned()).collect();
    }
    Ok(choice)
}

fn check_outcome(flag: &str, name: &str) -> Result<String> {
    if Outcome::from_name(name).is_some() {
        return Ok(name.to_owned());
    }
    let reason = format!("`{name}` is neither success nor failure");
    Err(Fault::invalid(flag, reason))
}

fn unchecked_choice(values: &FilterValues) -> SelectionValues {
    SelectionValues {
        any: to_strings(&values.any),
        not: to_strings(&values.not),
    }
}

/// Checks the values of `--NAME` and `--not-NAME`.
fn checked_choice(
    name: &str,
    values: &FilterValues,
    check: impl Fn(&str, &str) -> Result<String>,
) -> Result<SelectionValues> {
    let all = |flag: &str, values: &[ShortText]| -> Result<Vec<String>> {
        values.iter().map(|value| check(flag, value)).collect()
    };
    Ok(SelectionValues {
        any: all(&format!("--{name}"), &values.any)?,
        not: all(&format!("--not-{name}"), &values.not)?,
    })
}

fn to_strings(words: &[ShortText]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
