//! Tables of the fields somebody asked for.

use std::io::{self, Write};

use comfy_table::Table;
use serde_json::Value;

use crate::domain::audit::{EventView, Field};
use crate::domain::fault::Fault;
use crate::render::Look;
use crate::render::list::{Text, cell, keep_words_whole, styled};

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
    table: Table,
    written: u64,
}

impl<'w> Columns<'w> {
    pub fn new(out: &'w mut dyn Write, fields: &'w [Field], look: Look) -> Self {
        Self {
            out,
            fields,
            look,
            table: headed(fields, &look),
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
            cell(Text::from(text), &self.look)
        });
        self.table.add_row(cells);
        self.written += 1;
        if self.written.is_multiple_of(SECTION) {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(width) = self.look.width {
            keep_words_whole(&mut self.table, width);
        }
        let is_further = self.look.width.is_none() && self.written > SECTION;
        for line in self.table.lines().skip(usize::from(is_further)) {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        self.table = headed(self.fields, &self.look);
        Ok(())
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

fn headed(fields: &[Field], look: &Look) -> Table {
    styled(look, fields.iter().map(|field| field.name()).collect())
}
