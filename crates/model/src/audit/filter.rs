//! Which events, as people write it.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::form::{BoundedList, SOME, ShortText};

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
    pub fn any(values: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, Fault> {
        let values = values.into_iter().map(ShortText::new);
        let values = values.collect::<Result<Vec<_>, _>>()?;
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
