//! Tables of the fields somebody asked for.

use std::io::{self, Write};

use serde_json::Value;

use lac_model::audit::{EventField, EventView};
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::column::Heading;
use lac_render::layout::Sections;
use lac_render::styled_text::StyledText;

/// A field by its name, for clap.
///
/// # Errors
/// `invalid_value`.
pub fn parse_field(name: &str) -> Result<EventField, Fault> {
    EventField::from_name(name.trim()).ok_or_else(|| {
        let names: Vec<&str> = EventField::ALL.iter().map(|field| field.name()).collect();
        let reason = format!("`{name}` is not one of {}", names.join(", "));
        Fault::invalid("--columns", reason)
    })
}

/// Fails where a field is asked for twice: an object has each key once.
///
/// # Errors
/// `invalid_value`.
pub fn check_distinct(fields: &[EventField]) -> Result<(), Fault> {
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
pub struct FieldTable<'w> {
    fields: &'w [EventField],
    table: Sections<'w>,
}

impl<'w> FieldTable<'w> {
    pub fn new(out: &'w mut dyn Write, fields: &'w [EventField], style: Style) -> Self {
        let headings = fields.iter().map(|field| field.name());
        let headings = headings.map(|name| Heading::new(name, name)).collect();
        let table = Sections::new(out, headings, style);
        Self { fields, table }
    }

    /// # Errors
    /// What writing fails with.
    pub fn push(&mut self, event: &EventView) -> io::Result<()> {
        let values = serde_json::to_value(event)?;
        let style = self.table.style();
        let cells = self.fields.iter().map(|field| {
            let text = match &values[field.name()] {
                Value::Null => String::new(),
                _ if *field == EventField::Time => style.short_time(event.time),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            StyledText::from(text)
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
