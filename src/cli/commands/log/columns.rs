//! Tables of the fields somebody asked for.

use std::io::{self, Write};

use serde_json::Value;

use crate::domain::audit::{EventView, Field};
use crate::domain::fault::Fault;
use crate::render::list::{Column, Text};
use crate::render::{Look, layout};

/// Rows that are held at once.
const SECTION: u64 = 10_000;

/// A field by its name, for clap.
///
/// # Errors
/// `invalid_value`.
pub fn column(name: &str) -> Result<Field, Fault> {
    Field::from_name(name.trim()).ok_or_else(|| {
        let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
        let reason = format!("`{name}` is not one of {}", names.join(", "));
        Fault::invalid("--columns", reason)
    })
}

/// Fails where a field is asked for twice: an object has each key once.
///
/// # Errors
/// `invalid_value`.
pub fn distinct(fields: &[Field]) -> Result<(), Fault> {
    let twice = fields
        .iter()
        .enumerate()
        .find(|(at, field)| fields[..*at].contains(field));
    twice.map_or(Ok(()), |(_, field)| {
        let reason = format!("{} is there twice", field.name());
        Err(Fault::invalid("--columns", reason))
    })
}

/// A table of these fields.
pub struct Columns<'w> {
    out: &'w mut dyn Write,
    fields: &'w [Field],
    look: Look,
    held: Vec<Vec<Text>>,
    written: u64,
}

impl<'w> Columns<'w> {
    pub fn new(out: &'w mut dyn Write, fields: &'w [Field], look: Look) -> Self {
        Self {
            out,
            fields,
            look,
            held: Vec::new(),
            written: 0,
        }
    }

    /// # Errors
    /// What writing fails with.
    pub fn push(&mut self, event: &EventView) -> io::Result<()> {
        let values = serde_json::to_value(event)?;
        let cells = self.fields.iter().map(|field| {
            let text = match &values[field.name()] {
                Value::Null => String::new(),
                _ if *field == Field::Time => self.look.short_time(event.time),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Text::from(text)
        });
        self.held.push(cells.collect());
        self.written += 1;
        if self.written.is_multiple_of(SECTION) {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let column = |field: &Field| Column {
            field: field.name(),
            title: field.name(),
        };
        let columns: Vec<Column> = self.fields.iter().map(column).collect();
        // A pipe gets the header once.
        let with_titles = self.look.width.is_some() || self.written <= SECTION;
        let rows = std::mem::take(&mut self.held);
        layout::write(self.out, &columns, &rows, &self.look, with_titles)
    }

    /// # Errors
    /// What writing fails with.
    pub fn finish(mut self) -> io::Result<()> {
        if !self.written.is_multiple_of(SECTION) {
            self.flush()?;
        }
        self.out.flush()
    }
}
