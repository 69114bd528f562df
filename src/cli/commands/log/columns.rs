//! Tables of the fields somebody asked for.

use std::io::{self, Write};

use serde_json::Value;

use lac_model::audit::{EventView, Field};
use lac_model::fault::Fault;
use lac_render::Look;
use lac_render::column::Heading;
use lac_render::layout::Sections;
use lac_render::list::Text;

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
#[derive(Debug)]
pub struct Columns<'w> {
    fields: &'w [Field],
    table: Sections<'w>,
}

impl<'w> Columns<'w> {
    pub fn new(out: &'w mut dyn Write, fields: &'w [Field], look: Look) -> Self {
        let headings = fields.iter().map(|field| field.name());
        let headings = headings.map(|name| Heading::new(name, name)).collect();
        let table = Sections::new(out, headings, look);
        Self { fields, table }
    }

    /// # Errors
    /// What writing fails with.
    pub fn push(&mut self, event: &EventView) -> io::Result<()> {
        let values = serde_json::to_value(event)?;
        let look = self.table.look();
        let cells = self.fields.iter().map(|field| {
            let text = match &values[field.name()] {
                Value::Null => String::new(),
                _ if *field == Field::Time => look.short_time(event.time),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Text::from(text)
        });
        let cells = cells.collect();
        self.table.push(cells)
    }

    /// # Errors
    /// What writing fails with.
    pub fn finish(self) -> io::Result<()> {
        self.table.finish().map(drop)
    }
}
