//! The events of a filter, one after another: never all of them in memory.

use serde::{Deserialize, Serialize};

use super::{Filter, READERS, read};
use crate::app::{Desk, look};
use crate::domain::audit::{Action, EventView};
use crate::domain::fault::Fault;
use crate::store::Result;

/// Asks for events, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    pub filter: Filter,
    /// `None` for all.
    pub limit: Option<usize>,
    /// Only events before this seq.
    pub after: Option<u64>,
}

/// How much of the list there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub shown: usize,
    /// The cursor to go on from, where the limit left something out.
    pub next: Option<u64>,
}

impl List {
    /// Gives every event to `each`, out of one snapshot.
    ///
    /// # Errors
    /// `resource_denied`, `invalid_value`, `customer_not_found`,
    /// `row_damaged`, and whatever `each` fails with.
    pub fn run(
        self,
        desk: &Desk<'_>,
        each: &mut dyn FnMut(&EventView) -> Result<()>,
    ) -> Result<Listed> {
        look(desk, Action::LogRead, &READERS, |view| {
            let mut query = self.filter.query(view)?;
            query.after = self.after;
            // One more than asked for tells whether anything follows.
            query.limit = self.limit.map(|limit| limit.saturating_add(1));
            let (mut shown, mut last, mut more) = (0, None, false);
            view.read.audit_events(&query, &mut |stored| {
                if self.limit == Some(shown) {
                    more = true;
                    return Ok(());
                }
                each(&read(&stored)?)?;
                shown += 1;
                last = Some(stored.seq);
                Ok(())
            })?;
            let next = last.filter(|_| more);
            Ok(Listed { shown, next })
        })
    }
}

impl Listed {
    /// Reads a cursor.
    ///
    /// # Errors
    /// `invalid_value`.
    pub fn cursor(text: &str) -> Result<u64> {
        text.parse()
            .map_err(|_| Fault::invalid("--after", format!("`{text}` is not the seq of an event")))
    }
}
