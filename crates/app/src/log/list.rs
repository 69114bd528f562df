//! The events of a filter, one after another: never all of them in memory.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::READERS;
use super::filter;
use super::names;
use crate::{Desk, look};
use lac_ledger::fault::damaged;
use lac_ledger::source::Source;
use lac_model::audit::Filter;
use lac_model::audit::{Action, Cut, Field, StoredEvent};
use lac_model::fault::Fault;
use lac_model::form::Seq;
use lac_store::{EventQuery, Result};

/// Events that are sorted by anything but time, at most: their keys are held.
const MOST_SORTED: usize = 200_000;

/// Bytes of events that are held for it; others are read again.
const HELD: usize = 32 * 1024 * 1024;

/// Asks for events, newest first unless sorted otherwise.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    pub filter: Filter,
    /// `None` for all.
    pub limit: Option<usize>,
    /// Only events after this seq, in the list's order; by time alone.
    pub after: Option<Seq>,
    pub sort: Sort,
}

/// By which field. Events without a value come last; among equals the newest
/// first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub field: Field,
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self {
            field: Field::Time,
            descending: true,
        }
    }
}

impl FromStr for Sort {
    type Err = Fault;

    /// A field's name; `-` before it turns the order round.
    fn from_str(text: &str) -> Result<Self> {
        let (name, descending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let field = Field::from_name(name).ok_or_else(|| {
            let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
            Fault::invalid(
                "--sort",
                format!("`{name}` is not one of {}", names.join(", ")),
            )
        })?;
        Ok(Self { field, descending })
    }
}

/// How much of the list there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub shown: usize,
    /// Whether the limit left something out.
    pub more: bool,
    /// The cursor to go on from, where it did and the list is one by time.
    pub next: Option<u64>,
}

impl List {
    /// Gives every event to `each`, out of one snapshot.
    ///
    /// # Errors
    /// `resource_denied`, `invalid_value`, `customer_not_found`,
    /// `row_damaged`, `archive_missing`, and whatever `each` fails with.
    pub fn run(
        self,
        desk: &Desk<'_>,
        each: &mut dyn FnMut(&Cut<'_>) -> Result<()>,
    ) -> Result<Listed> {
        look(desk, Action::LogRead, &READERS, |view| {
            let mut query = filter::query(&self.filter, view)?;
            let source = view.source();
            names::know_addresses(view, &query)?;
            if matches!(self.sort.field, Field::Seq | Field::Time) {
                query.ascending = !self.sort.descending;
                query.after = self.after.map(Seq::get);
                return self.by_time(source, query, each);
            }
            if self.after.is_some() {
                let reason = "a cursor goes with a list by time: leave --sort out";
                return Err(Fault::invalid("--after", reason));
            }
            self.by_field(source, query, each)
        })
    }

    fn by_time(
        &self,
        source: Source<'_>,
        mut query: EventQuery,
        each: &mut dyn FnMut(&Cut<'_>) -> Result<()>,
    ) -> Result<Listed> {
        // One more than asked for tells whether anything follows.
        query.limit = self.limit.map(|limit| limit.saturating_add(1));
        let (mut shown, mut last, mut more) = (0, None, false);
        source.events(&query, &mut |event| {
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
        Ok(Listed { shown, more, next })
    }

    fn by_field(
        &self,
        source: Source<'_>,
        query: EventQuery,
        each: &mut dyn FnMut(&Cut<'_>) -> Result<()>,
    ) -> Result<Listed> {
        let mut keys: Vec<(Key, u64, Option<StoredEvent>)> = Vec::new();
        let mut held = 0;
        source.events(&query, &mut |event| {
            if keys.len() == MOST_SORTED {
                let reason = format!(
                    "more than {MOST_SORTED} events fit: narrow the filter, or sort an export"
                );
                return Err(Fault::invalid("--sort", reason));
            }
            let seq = event.seq().unwrap_or(0);
            let texts = event.texts;
            held += texts.record.len() + texts.shopper.map_or(0, str::len) + texts.staff.len();
            let row = (held <= HELD).then(|| StoredEvent::of(seq, texts));
            keys.push((Key::of(event, self.sort.field), seq, row));
            Ok(())
        })?;
        // Newest first already, and the sort is stable.
        keys.sort_by(|(a, ..), (b, ..)| match (a, b) {
            (Key::Nothing, _) | (_, Key::Nothing) => a.cmp(b),
            _ if self.sort.descending => b.cmp(a),
            _ => a.cmp(b),
        });
        let shown = self.limit.unwrap_or(usize::MAX).min(keys.len());
        for (_, seq, row) in &keys[..shown] {
            match row {
                Some(row) => each(&Cut::new(row.texts()).map_err(|e| damaged(*seq, e))?)?,
                None => source.event(*seq, each)?,
            }
        }
        Ok(Listed {
            shown,
            more: shown < keys.len(),
            next: None,
        })
    }
}

/// What is sorted by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
    Nothing,
}

impl Key {
    fn of(event: &Cut<'_>, field: Field) -> Self {
        let value = event.value(field);
        if value == "null" {
            return Self::Nothing;
        }
        match event.text(field) {
            Some(text) if field == Field::CustomerId => match text.parse() {
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

impl Listed {
    /// Reads a cursor.
    ///
    /// # Errors
    /// `invalid_value`.
    pub fn cursor(text: &str) -> Result<Seq> {
        text.parse()
            .map_err(|_| Fault::invalid("--after", format!("`{text}` is not the seq of an event")))
    }
}
