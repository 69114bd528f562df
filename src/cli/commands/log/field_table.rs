//! Tables with selected fields.

use std::io::{self, Write};

use serde_json::Value;

use lac_model::audit::{EventField, EventView};
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::column::Heading;
use lac_render::layout::Sections;
use lac_render::styled_text::StyledText;

/// Parses a field name, for clap.
pub(super) fn parse_field(name: &str) -> Result<EventField, Fault> {
    EventField::from_name(name.trim()).ok_or_else(|| {
        let names: Vec<&str> = EventField::ALL.iter().map(|field| field.name()).collect();
        let reason = format!("`{name}` is not one of {}", names.join(", "));
        Fault::invalid("--columns", reason)
    })
}

/// Fails if a field is repeated, because a JSON object has each key once.
pub(super) fn check_distinct(fields: &[EventField]) -> Result<(), Fault> {
    let twice = fields
        .iter()
        .enumerate()
        .find(|(at, field)| fields[..*at].contains(field));
    twice.map_or(Ok(()), |(_, field)| {
        let reason = format!("{} is repeated", field.name());
        Err(Fault::invalid("--columns", reason))
    })
}

pub(super) struct FieldTable<'w> {
    fields: &'w [EventField],
    table: Sections<'w>,
}

impl<'w> FieldTable<'w> {
    pub(super) fn new(out: &'w mut dyn Write, fields: &'w [EventField], style: Style) -> Self {
        let headings = fields.iter().map(|field| field.name());
        let headings = headings.map(|name| Heading::new(name, name)).collect();
        let table = Sections::new(out, headings, style);
        Self { fields, table }
    }

    pub(super) fn push(&mut self, event: &EventView) -> io::Result<()> {
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

    pub(super) fn finish(self) -> io::Result<()> {
        self.table.finish().map(drop)
    }
}
