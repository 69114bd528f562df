//! Lists events one by one, without holding all of them in memory.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::LOG_READERS;
use super::filter;
use super::filter_values;
use crate::{Context, read};
use lac_ledger::fault::event_damaged;
use lac_ledger::source::EventSource;
use lac_model::audit::Filter;
use lac_model::audit::{Action, EventField, RecordFields, StoredEvent};
use lac_model::bounded::Seq;
use lac_model::fault::Fault;
use lac_store::{EventQuery, Result};

/// The maximum number of events to sort by any field but time: their keys are
/// in memory.
const MAX_SORTED: usize = 200_000;

/// The maximum size in bytes of events kept in memory for sorting; the rest are
/// read again.
const MAX_HELD_BYTES: usize = 32 * 1024 * 1024;

/// Lists events, newest first unless sorted otherwise.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogList {
    pub filter: Filter,
    /// The maximum number of events; `None` for all.
    pub limit: Option<usize>,
    /// Only events after this seq, in the list's order. Requires sorting by
    /// time.
    pub after: Option<Seq>,
    pub sort: LogSort,
}

/// The order of a list. Events without a value come last; equal events are
/// listed newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSort {
    pub field: EventField,
    pub descending: bool,
}

impl Default for LogSort {
    fn default() -> Self {
        Self {
            field: EventField::Time,
            descending: true,
        }
    }
}

impl FromStr for LogSort {
    type Err = Fault;

    /// A field's name; a `-` before it reverses the order.
    fn from_str(text: &str) -> Result<Self> {
        let (name, descending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let field = EventField::from_name(name).ok_or_else(|| {
            let names: Vec<&str> = EventField::ALL.iter().map(|field| field.name()).collect();
            Fault::invalid(
                "--sort",
                format!("`{name}` is not one of {}", names.join(", ")),
            )
        })?;
        Ok(Self { field, descending })
    }
}

/// The end of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogListSummary {
    pub shown: usize,
    /// Whether the limit left out events.
    pub more: bool,
    /// The cursor for the next page, if events were left out and the list is
    /// sorted by time.
    pub next: Option<u64>,
}

impl LogList {
    /// Passes every event to `each`, from one snapshot.
    ///
    /// # Errors
    /// `resource_denied`, `invalid_value`, `customer_not_found`,
    /// `document_number`, `row_damaged`, `archive_missing`, and errors of
    /// `each`.
    pub fn run(
        self,
        context: &Context<'_>,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<LogListSummary> {
        read(context, Action::LogRead, &LOG_READERS, |view| {
            let mut query = filter::build_query(&self.filter, view)?;
            let source = view.log_source();
            filter_values::check_addresses_known(view, &query)?;
            if matches!(self.sort.field, EventField::Seq | EventField::Time) {
                query.ascending = !self.sort.descending;
                query.after = self.after.map(Seq::get);
                return self.list_by_time(source, query, each);
            }
            if self.after.is_some() {
                let reason = "a cursor goes with a list by time: leave --sort out";
                return Err(Fault::invalid("--after", reason));
            }
            self.list_by_field(source, query, each)
        })
    }

    fn list_by_time(
        &self,
        source: EventSource<'_>,
        mut query: EventQuery,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<LogListSummary> {
        // One more than requested, to see whether any follow.
        query.limit = self.limit.map(|limit| limit.saturating_add(1));
        let (mut shown, mut last, mut more) = (0, None, false);
        source.for_each_event(&query, &mut |event| {
            if self.limit == Some(shown) {
                more = true;
                return Ok(());
            }
            each(event)?;
            shown += 1;
            last = event.seq();
            Ok(())
        })?;
        let next = last.filter(|_| more);
        Ok(LogListSummary { shown, more, next })
    }

    fn list_by_field(
        &self,
        source: EventSource<'_>,
        query: EventQuery,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<LogListSummary> {
        let mut keys: Vec<(SortKey, u64, Option<StoredEvent>)> = Vec::new();
        let mut held = 0;
        source.for_each_event(&query, &mut |event| {
            if keys.len() == MAX_SORTED {
                let reason = format!(
                    "more than {MAX_SORTED} events fit: narrow the filter, or sort an export"
                );
                return Err(Fault::invalid("--sort", reason));
            }
            let seq = event.seq().unwrap_or(0);
            let texts = event.texts;
            held += texts.record.len()
                + texts.customer_part.map_or(0, str::len)
                + texts.staff_part.len();
            let row = (held <= MAX_HELD_BYTES).then(|| StoredEvent::from_texts(seq, texts));
            keys.push((SortKey::from_event(event, self.sort.field), seq, row));
            Ok(())
        })?;
        // The events are newest first, and the sort is stable.
        keys.sort_by(|(a, ..), (b, ..)| match (a, b) {
            (SortKey::Missing, _) | (_, SortKey::Missing) => a.cmp(b),
            _ if self.sort.descending => b.cmp(a),
            _ => a.cmp(b),
        });
        let shown = self.limit.unwrap_or(usize::MAX).min(keys.len());
        for (_, seq, row) in &keys[..shown] {
            match row {
                Some(row) => {
                    each(&RecordFields::new(row.texts()).map_err(|e| event_damaged(*seq, e))?)?;
                }
                None => source.visit_event(*seq, each)?,
            }
        }
        Ok(LogListSummary {
            shown,
            more: shown < keys.len(),
            next: None,
        })
    }
}

/// The value of the field sorted by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    Number(i64),
    Text(String),
    Missing,
}

impl SortKey {
    fn from_event(event: &RecordFields<'_>, field: EventField) -> Self {
        let value = event.value(field);
        if value == "null" {
            return Self::Missing;
        }
        match event.decoded_value(field) {
            Some(text) if field == EventField::CustomerId => match text.parse() {
                Ok(number) => Self::Number(number),
                Err(_) => Self::Text(text.into_owned()),
            },
            Some(text) => Self::Text(text.into_owned()),
            None => match value.parse() {
                Ok(number) => Self::Number(number),
                Err(_) => Self::Text(value.to_owned()),
            },
        }
    }
}

impl LogListSummary {
    /// Parses a cursor.
    pub fn parse_cursor(text: &str) -> Result<Seq> {
        text.parse()
            .map_err(|_| Fault::invalid("--after", format!("`{text}` is not the seq of an event")))
    }
}
