//! Tables of a file, from which keys are taken until none is left.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Offset, Source, toml_string};
use lac_model::fault::Fault;
use lac_store::Result;

/// A text, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpannedText {
    pub offset: Offset,
    pub text: String,
}

/// A value of any of the types that config takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScalarValue {
    Text(String),
    Bool(bool),
    Number(i64),
}

/// One table. Whoever reads it takes what they know; what is left is unknown.
#[derive(Debug)]
pub struct TomlTable<'t> {
    source: Source<'t>,
    /// Where it begins.
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
        // As they stand in the file, so that the first problem is told.
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

    /// A text.
    ///
    /// # Errors
    /// `invalid_file` for anything else.
    pub fn text(&mut self, key: &str) -> Result<Option<SpannedText>> {
        let entry = self.take(key);
        entry
            .map(|e| text_value(self.source, key, e.value))
            .transpose()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// `invalid_file`.
    pub fn required_text(&mut self, key: &str) -> Result<SpannedText> {
        let found = self.text(key)?;
        // Only then: a place is counted from the file's start.
        found.ok_or_else(|| self.source.field_fault(self.offset, key, "it is missing"))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// `invalid_file` for anything else.
    pub fn boolean(&mut self, key: &str) -> Result<Option<bool>> {
        let Some(entry) = self.take(key) else {
            return Ok(None);
        };
        match split_span(entry.value) {
            (_, DeValue::Boolean(flag)) => Ok(Some(flag)),
            other => Err(wrong_type_fault(self.source, key, &other, "true or false")),
        }
    }

    /// A list of texts; a text alone stands for itself.
    ///
    /// # Errors
    /// `invalid_file` for anything else.
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

    /// A list of tables, `[[key]]`.
    ///
    /// # Errors
    /// `invalid_file` for anything else.
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

    /// A table, `[key]`.
    ///
    /// # Errors
    /// `invalid_file` for anything else.
    pub fn table(&mut self, key: &str) -> Result<Option<Self>> {
        let entry = self.take(key);
        let expected = format!("a table, [{key}]");
        entry
            .map(|entry| table_value(self.source, key, entry.value, &expected))
            .transpose()
    }

    /// Every table in it, by key.
    ///
    /// # Errors
    /// `invalid_file` for anything else in it.
    pub fn all_tables(self, expected: &str) -> Result<Vec<(SpannedText, Self)>> {
        let source = self.source;
        let named = |entry: Entry<'t>| {
            let table = table_value(source, &entry.key, entry.value, expected)?;
            let (at, text) = (entry.offset, entry.key.into_owned());
            Ok((SpannedText { offset: at, text }, table))
        };
        self.entries.into_iter().map(named).collect()
    }

    /// Every value in it, by key, with where the value stands.
    ///
    /// # Errors
    /// `invalid_file` for what is neither text, number nor true or false.
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

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// `invalid_file` naming the first key that nobody took.
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

/// What [`Table::words`] found.
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
