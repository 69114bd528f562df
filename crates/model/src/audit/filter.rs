//! A filter for events as the user writes it.

use serde::{Deserialize, Serialize};

use crate::bounded::{BoundedList, MAX_VALUES_PER_FIELD, ShortText};
use crate::fault::Fault;

/// Values to include (any of them) and to exclude, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilterValues {
    pub any: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    pub not: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
}

impl FilterValues {
    /// Includes any of these values.
    pub fn any_of(values: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, Fault> {
        let values = values.into_iter().map(ShortText::new);
        let values = values.collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            any: BoundedList::from_members("a filter", values)?,
            not: BoundedList::default(),
        })
    }
}

/// A filter as written. An event matches a field if it matches any of its
/// values, and it must match all fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// A date, time or period in the time zone of `general/locale/timezone`.
    pub since: Option<ShortText>,
    /// The same; the whole day, period, minute or second is included.
    pub until: Option<ShortText>,
    pub action_group: FilterValues,
    pub action: FilterValues,
    /// `success` or `failure`.
    pub result: FilterValues,
    pub admin: FilterValues,
    pub role: FilterValues,
    /// Ids or e-mail addresses.
    pub customer: FilterValues,
    pub website: FilterValues,
    pub store_view: FilterValues,
    /// Ids, or their beginnings of at least eight digits.
    pub session: FilterValues,
    pub ticket: FilterValues,
    /// `order:000000001`, or a number of any kind of document.
    pub document: FilterValues,
    /// Addresses or networks.
    pub ip: FilterValues,
    /// Texts that the full action name contains, without regard to case.
    pub full_action_name: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    pub details: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    pub reason: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
}
