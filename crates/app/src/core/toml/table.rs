//! Reads the tables of a file. Each key that is read is removed, so the rest
//! are unknown keys.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Offset, Source, toml_string};
use lac_model::fault::Fault;
use lac_store::Result;

/// A string with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpannedText {
    pub offset: Offset,
    pub text: String,
}

/// A value of any type that config accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScalarValue {
    Text(String),
    Bool(bool),
    Number(i64),
}

/// A table whose keys are removed as they are read.
#[derive(Debug)]
pub struct TomlTable<'t> {
    source: Source<'t>,
    /// The position of the table.
    pub offset: Offset,
    entries: Vec<Entry<'t>>,
}

#[derive(Debug)]
struct Entry<'t> {
    offset: Offset,
    key: DeString<'t>,
    value: Spanned<DeValue<'t>>,
}

impl<'t> TomlTable<'t> {
    pub(super) fn new(source: Source<'t>, at: Offset, table: DeTable<'t>) -> Self {
        let entry = |(key, value): (Spanned<DeString<'t>>, Spanned<DeValue<'t>>)| Entry {
            offset: key.span().start,
            key: key.into_inner(),
            value,
        };
        let mut entries: Vec<Entry<'t>> = table.into_iter().map(entry).collect();
        // In file order, so that the first problem is reported.
        entries.sort_by_key(|entry| entry.offset);
        Self {
            source,
            offset: at,
            entries,
        }
    }

    fn take(&mut self, key: &str) -> Option<Entry<'t>> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }

    /// Takes a string; fails with `invalid_file` for any other type, as do the
    /// following methods.
    pub fn text(&mut self, key: &str) -> Result<Option<SpannedText>> {
        let entry = self.take(key);
        entry
            .map(|e| text_value(self.source, key, e.value))
            .transpose()
    }

    /// Takes a string; fails if the key is missing.
    pub fn required_text(&mut self, key: &str) -> Result<SpannedText> {
        let found = self.text(key)?;
        // Lazily, because finding the line and column scans the file.
        found.ok_or_else(|| self.source.field_fault(self.offset, key, "it is missing"))
    }

    /// Takes `true` or `false`.
    pub fn boolean(&mut self, key: &str) -> Result<Option<bool>> {
        let Some(entry) = self.take(key) else {
            return Ok(None);
        };
        match split_span(entry.value) {
            (_, DeValue::Boolean(flag)) => Ok(Some(flag)),
            other => Err(wrong_type_fault(self.source, key, &other, "true or false")),
        }
    }

    /// Takes a list of strings, or a single string.
    pub fn text_or_list(&mut self, key: &str) -> Result<Option<TextOrList>> {
        let Some(entry) = self.take(key) else {
            return Ok(None);
        };
        let source = self.source;
        match split_span(entry.value) {
            (_, DeValue::Array(items)) => {
                let items = items.into_iter().map(|item| text_value(source, key, item));
                items.collect::<Result<_>>().map(TextOrList::List).map(Some)
            }
            (at, DeValue::String(text)) => {
                let text = text.into_owned();
                Ok(Some(TextOrList::Text(SpannedText { offset: at, text })))
            }
            other => Err(wrong_type_fault(
                source,
                key,
                &other,
                "a list of texts in quotes",
            )),
        }
    }

    /// Takes an array of tables, `[[key]]`.
    pub fn tables(&mut self, key: &str) -> Result<Option<Vec<Self>>> {
        let Some(entry) = self.take(key) else {
            return Ok(None);
        };
        let source = self.source;
        let expected = format!("tables, [[{key}]]");
        let table = |item| table_value(source, key, item, &expected);
        match split_span(entry.value) {
            (_, DeValue::Array(items)) => items
                .into_iter()
                .map(table)
                .collect::<Result<_>>()
                .map(Some),
            other => Err(wrong_type_fault(source, key, &other, &expected)),
        }
    }

    /// Takes a table, `[key]`.
    pub fn table(&mut self, key: &str) -> Result<Option<Self>> {
        let entry = self.take(key);
        let expected = format!("a table, [{key}]");
        entry
            .map(|entry| table_value(self.source, key, entry.value, &expected))
            .transpose()
    }

    /// All entries by key; each must be a table.
    pub fn all_tables(self, expected: &str) -> Result<Vec<(SpannedText, Self)>> {
        let source = self.source;
        let named = |entry: Entry<'t>| {
            let table = table_value(source, &entry.key, entry.value, expected)?;
            let (at, text) = (entry.offset, entry.key.into_owned());
            Ok((SpannedText { offset: at, text }, table))
        };
        self.entries.into_iter().map(named).collect()
    }

    /// All entries by key, with the positions of their values; each must be a
    /// string, an integer or a boolean.
    pub fn all_values(self) -> Result<Vec<(SpannedText, Offset, ScalarValue)>> {
        let source = self.source;
        let named = |entry: Entry<'t>| {
            let at = entry.value.span().start;
            let value = scalar_value(source, &entry.key, entry.value)?;
            let key = SpannedText {
                offset: entry.offset,
                text: entry.key.into_owned(),
            };
            Ok((key, at, value))
        };
        self.entries.into_iter().map(named).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Fails with `invalid_file` for the first key that was not read.
    pub fn expect_empty(self) -> Result<()> {
        let Some(entry) = self.entries.first() else {
            return Ok(());
        };
        let key = super::toml_key(&entry.key);
        Err(self
            .source
            .field_fault(entry.offset, &key, "there is no such key"))
    }
}

/// What [`TomlTable::text_or_list`] found.
#[derive(Debug)]
pub enum TextOrList {
    Text(SpannedText),
    List(Vec<SpannedText>),
}

type SpannedValue<'t> = (Offset, DeValue<'t>);

fn split_span(value: Spanned<DeValue<'_>>) -> SpannedValue<'_> {
    (value.span().start, value.into_inner())
}

fn text_value(source: Source<'_>, key: &str, value: Spanned<DeValue<'_>>) -> Result<SpannedText> {
    match split_span(value) {
        (at, DeValue::String(text)) => Ok(SpannedText {
            offset: at,
            text: text.into_owned(),
        }),
        other => Err(wrong_type_fault(source, key, &other, "a text in quotes")),
    }
}

fn scalar_value(source: Source<'_>, key: &str, value: Spanned<DeValue<'_>>) -> Result<ScalarValue> {
    match split_span(value) {
        (_, DeValue::String(text)) => Ok(ScalarValue::Text(text.into_owned())),
        (_, DeValue::Boolean(flag)) => Ok(ScalarValue::Bool(flag)),
        (at, DeValue::Integer(number)) => i64::from_str_radix(number.as_str(), number.radix())
            .map(ScalarValue::Number)
            .map_err(|_| source.field_fault(at, &super::toml_key(key), "it is too large")),
        other => {
            let expected = "a text in quotes, a whole number, true or false";
            Err(wrong_type_fault(source, key, &other, expected))
        }
    }
}

fn table_value<'t>(
    source: Source<'t>,
    key: &str,
    value: Spanned<DeValue<'t>>,
    expected: &str,
) -> Result<TomlTable<'t>> {
    match split_span(value) {
        (at, DeValue::Table(table)) => Ok(TomlTable::new(source, at, table)),
        other => Err(wrong_type_fault(source, key, &other, expected)),
    }
}

fn wrong_type_fault(
    source: Source<'_>,
    key: &str,
    (at, is): &SpannedValue<'_>,
    expected: &str,
) -> Fault {
    let is = match is {
        DeValue::String(text) => toml_string(&text.chars().take(40).collect::<String>()),
        DeValue::Integer(_) => "a number".to_owned(),
        DeValue::Float(_) => "a number with a point".to_owned(),
        DeValue::Boolean(_) => "true or false".to_owned(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    };
    let reason = format!("it is {is}; expected {expected}");
    source.field_fault(*at, &super::toml_key(key), reason)
}
