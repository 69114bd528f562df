//! Which events: from what people write to what the store is asked.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Readable;
use crate::app::{View, find};
use crate::domain::audit::{Action, ActionGroup, Outcome};
use crate::domain::config;
use crate::domain::customer::email_key;
use crate::domain::fault::Fault;
use crate::domain::ids::CustomerId;
use crate::domain::resource::Resource;
use crate::domain::text;
use crate::domain::time::{Edge, Timestamp, parse_bound};
use crate::store::{EventQuery, Result};

/// A filter as it is written. Several values of one field mean any of them;
/// several fields mean all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// A date, time or period in `general/locale/timezone`.
    pub since: Option<String>,
    /// The same; what was written is included.
    pub until: Option<String>,
    pub action_groups: Vec<String>,
    pub actions: Vec<String>,
    pub admins: Vec<String>,
    /// Ids or e-mail addresses.
    pub customers: Vec<String>,
    /// `success`, `failure`.
    pub results: Vec<String>,
}

impl Filter {
    /// The query for what the actor may read of it.
    ///
    /// # Errors
    /// `invalid_value`, naming the flag; `customer_not_found` for an address
    /// nobody has; `resource_denied` for an action group that was asked for
    /// and may not be read.
    pub(super) fn query(&self, view: &View<'_>) -> Result<EventQuery> {
        let readable = Readable::of(view)?;
        let asked = self.groups()?;
        let may = |group: &ActionGroup| readable.groups.as_ref().is_none_or(|g| g.contains(group));
        if !asked.iter().all(may) {
            view.demand(Resource::LOGGING_EVENTS)?;
        }
        let groups = if asked.is_empty() {
            readable.groups.unwrap_or_default()
        } else {
            asked
        };
        let zone = zone(view)?;
        let bound = |text: &Option<String>, flag, edge| -> Result<Option<Timestamp>> {
            text.as_deref()
                .map(|text| {
                    parse_bound(text, zone, view.now, edge).map_err(|e| Fault::invalid(flag, e))
                })
                .transpose()
        };
        Ok(EventQuery {
            since: bound(&self.since, "--since", Edge::Since)?,
            until: bound(&self.until, "--until", Edge::Until)?,
            groups,
            actions: self.actions()?,
            admins: self.admins.clone(),
            customers: self.customers(view)?,
            outcome: self.outcome()?,
            visible: readable.visible,
            ..EventQuery::default()
        })
    }

    fn groups(&self) -> Result<Vec<ActionGroup>> {
        let known = || ActionGroup::ALL.into_iter().map(ActionGroup::as_str);
        let read = |name: &String| {
            ActionGroup::from_name(name)
                .ok_or_else(|| unknown("--action-group", "an action group", name, known()))
        };
        self.action_groups.iter().map(read).collect()
    }

    fn actions(&self) -> Result<Vec<String>> {
        let known = || Action::ALL.iter().map(|action| action.name());
        let read = |name: &String| {
            if known().any(|action| action == name) {
                return Ok(name.clone());
            }
            Err(unknown("--action", "an action", name, known()))
        };
        self.actions.iter().map(read).collect()
    }

    /// Both results are no filter at all.
    fn outcome(&self) -> Result<Option<Outcome>> {
        let mut asked = Vec::new();
        for name in &self.results {
            let outcome = Outcome::from_name(name).ok_or_else(|| {
                Fault::invalid(
                    "--result",
                    format!("`{name}` is neither success nor failure"),
                )
            })?;
            if !asked.contains(&outcome) {
                asked.push(outcome);
            }
        }
        Ok(match asked[..] {
            [one] => Some(one),
            _ => None,
        })
    }

    /// An address means every customer who has it, within the role scope.
    fn customers(&self, view: &View<'_>) -> Result<Vec<CustomerId>> {
        let mut ids = Vec::new();
        for named in &self.customers {
            if let Ok(id) = named.parse() {
                ids.extend(find::ids_in_log(view, id)?);
                continue;
            }
            let found = view.read.customers_by_email(&email_key(named))?;
            let before = ids.len();
            for customer in found {
                if view.actor.sees(customer.website_id) {
                    ids.extend(find::ids_in_log(view, customer.id)?);
                }
            }
            if ids.len() == before {
                return Err(Fault::CustomerNotFound {
                    customer: named.clone(),
                });
            }
        }
        Ok(ids)
    }
}

fn zone(view: &View<'_>) -> Result<Tz> {
    let name = view.config.default(config::TIMEZONE)?.value;
    let zone = name.as_deref().map(str::parse).transpose();
    Ok(zone.map_err(Fault::internal)?.unwrap_or(Tz::UTC))
}

fn unknown<'a>(flag: &str, what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    let mut all: Vec<&str> = known.collect();
    all.sort_unstable();
    all.dedup();
    let hint = match text::nearest(name, all.iter().copied()) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => format!("there are {}", all.join(", ")),
    };
    let reason = format!("`{name}` is not {what}; {hint}");
    Fault::invalid(flag, reason)
}
