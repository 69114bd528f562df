//! Which events: from what people write to what the store is asked.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Readable;
use super::names;
use crate::app::View;
use crate::domain::audit::{Action, ActionGroup, Choice, Outcome, Selection};
use crate::domain::config;
use crate::domain::fault::Fault;
use crate::domain::form::{BoundedList, SOME, ShortText};
use crate::domain::resource::Resource;
use crate::domain::time::{Edge, Timestamp, parse_bound};
use crate::store::{EventQuery, Result};

/// Values that are wanted (any of them) and that are not, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub any: BoundedList<ShortText, SOME>,
    pub not: BoundedList<ShortText, SOME>,
}

impl Wanted {
    /// Any of these.
    ///
    /// # Errors
    /// `invalid_value` for too many, or for one that is too long.
    pub fn any(values: impl IntoIterator<Item = impl Into<String>>) -> Result<Self> {
        let values = values.into_iter().map(ShortText::new);
        let values = values.collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(Self {
            any: BoundedList::of("a filter", values)?,
            not: BoundedList::default(),
        })
    }
}

/// A filter as it is written. Several values of one field mean any of them;
/// several fields mean all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// A date, time or period in `general/locale/timezone`.
    pub since: Option<ShortText>,
    /// The same; what was written is included.
    pub until: Option<ShortText>,
    pub action_group: Wanted,
    pub action: Wanted,
    /// `success`, `failure`.
    pub result: Wanted,
    pub admin: Wanted,
    pub role: Wanted,
    /// Ids or e-mail addresses.
    pub customer: Wanted,
    pub website: Wanted,
    pub store_view: Wanted,
    /// Ids or their beginnings, from eight digits on.
    pub session: Wanted,
    pub ticket: Wanted,
    /// `order:000000001`, or a number of any kind of document.
    pub document: Wanted,
    /// Addresses or networks.
    pub ip: Wanted,
    /// Texts that are contained, without regard to case.
    pub full_action_name: BoundedList<ShortText, SOME>,
    pub details: BoundedList<ShortText, SOME>,
    pub reason: BoundedList<ShortText, SOME>,
}

impl Filter {
    /// The query for what the actor may read of it.
    ///
    /// # Errors
    /// `invalid_value`, naming the flag; `customer_not_found` for an id or
    /// address that is none; `resource_denied` for an action group that was
    /// asked for and may not be read.
    pub(super) fn query(&self, view: &View<'_>) -> Result<EventQuery> {
        let readable = Readable::of(view)?;
        let mut query = EventQuery {
            visible: readable.visible,
            ..EventQuery::default()
        };
        let (since, until) = self.period(view)?;
        query.select = Selection {
            since,
            until,
            action_group: groups(view, &self.action_group, readable.groups.as_deref())?,
            action: checked("action", &self.action, |flag, name| {
                let known = Action::ALL.iter().map(|action| action.name());
                names::one_of(flag, "an action", name, known)
            })?,
            result: checked("result", &self.result, outcome)?,
            admin: plain(&self.admin),
            role: plain(&self.role),
            website: plain(&self.website),
            store_view: plain(&self.store_view),
            session_id: checked("session", &self.session, names::session)?,
            ticket: plain(&self.ticket),
            document: Choice {
                any: names::documents("--document", &self.document.any)?,
                not: names::documents("--not-document", &self.document.not)?,
            },
            ip_address: checked("ip", &self.ip, names::network)?,
            full_action_name: Choice::any(self.full_action_name.iter().map(ShortText::as_str)),
            details: Choice::any(self.details.iter().map(ShortText::as_str)),
            reason: Choice::any(self.reason.iter().map(ShortText::as_str)),
            ..Selection::default()
        };
        names::customers(view, &self.customer, &mut query.select)?;
        names::hint_at_session(view, &mut query)?;
        Ok(query)
    }

    /// The bounds in time. A period that ends before it begins is a mistake:
    /// its empty answer would be taken for one.
    fn period(&self, view: &View<'_>) -> Result<Period> {
        let since = bound(view, self.since.as_deref(), "--since", Edge::Since)?;
        let until = bound(view, self.until.as_deref(), "--until", Edge::Until)?;
        // Both may lie in an hour that clocks left out, and begin with the next.
        let begins = bound(view, self.until.as_deref(), "--until", Edge::Since)?;
        let is_after = |end: Option<Timestamp>| since.zip(end).is_some_and(|(a, b)| a > b);
        if is_after(begins) && since >= until {
            let given = |text: &Option<ShortText>| text.clone().unwrap_or_default();
            let (since, until) = (given(&self.since), given(&self.until));
            let reason = format!("`{since}` is after --until `{until}`");
            return Err(Fault::invalid("--since", reason));
        }
        Ok((since, until))
    }
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
