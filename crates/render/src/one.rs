//! A single result: lines of label and value for people, one object for
//! programs.

use std::fmt;
use std::io::{self, Write};

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::csv_cells::{csv_field, csv_record};
use super::styled_text::{Emphasis, StyledText, paint};
use super::{OutputFormat, Style};

#[derive(Debug, Default)]
pub struct KeyValues(Vec<(&'static str, StyledText)>);

impl KeyValues {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line; an empty label continues the line above.
    #[must_use]
    pub fn add(mut self, label: &'static str, value: impl Into<StyledText>) -> Self {
        self.0.push((label, value.into()));
        self
    }

    /// Adds a line for each value; only the first line has the label.
    #[must_use]
    pub fn add_some(
        mut self,
        mut label: &'static str,
        values: impl IntoIterator<Item = impl Into<StyledText>>,
    ) -> Self {
        for value in values {
            self.0.push((label, value.into()));
            label = "";
        }
        self
    }
}

impl IntoIterator for KeyValues {
    type Item = (&'static str, StyledText);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

pub fn write(out: &mut dyn Write, lines: &KeyValues, style: &Style) -> io::Result<()> {
    let labels = lines.0.iter().map(|(label, _)| label.chars().count());
    let width = labels.max().unwrap_or(0);
    for (label, text) in &lines.0 {
        let value = match text.text.as_str() {
            "" => paint(&StyledText::with_emphasis("–", Emphasis::Dim), style),
            _ => paint(text, style),
        };
        writeln!(out, "{label:width$}  {value}")?;
    }
    out.flush()
}

/// Writes an object for programs: JSON, or CSV with a header and one row. Fails
/// if the value is not an object and the format is CSV.
pub fn object(
    out: &mut dyn Write,
    value: &impl Serialize,
    format: OutputFormat,
    raw: bool,
) -> io::Result<()> {
    write_json(out, &serde_json::to_string(value)?, format, raw)
}

fn write_json(out: &mut dyn Write, json: &str, format: OutputFormat, raw: bool) -> io::Result<()> {
    if format == OutputFormat::Csv {
        let Members(members) = serde_json::from_str(json)?;
        let (names, values): (Vec<_>, Vec<_>) = members.into_iter().unzip();
        out.write_all(&csv_record(&names)?)?;
        let cells: Vec<String> = values.iter().map(|v| csv_field(Some(v), raw)).collect();
        out.write_all(&csv_record(&cells)?)?;
        return out.flush();
    }
    out.write_all(json.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The members of an object in their original order, which a map would lose.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
