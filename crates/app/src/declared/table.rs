//! Tables of a file, from which keys are taken until none is left.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{At, Source, quoted};
use lac_model::fault::Fault;
use lac_store::Result;

/// A text, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub at: At,
    pub text: String,
}

/// A value of any of the types that config takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Flag(bool),
    Number(i64),
}

/// One table. Whoever reads it takes what they know; what is left is unknown.
#[derive(Debug)]
pub struct Table<'t> {
    source: Source<'t>,
    /// Where it begins.
    pub at: At,
    entries: Vec<Entry<'t>>,
}

#[derive(Debug)]
struct Entry<'t> {
    at: At,
    key: DeString<'t>,
    value: Spanned<DeValue<'t>>,
}

impl<'t> Table<'t> {
    pub(super) fn new(source: Source<'t>, at: At, table: DeTable<'t>) -> Self {
        let entry = |(key, value): (Spanned<DeString<'t>>, Spanned<DeValue<'t>>)| Entry {
            at: key.span().start,
            key: key.into_inner(),
            value,
        };
        let mut entries: Vec<Entry<'t>> = table.into_iter().map(entry).collect();
        // As they stand in the file, so that the first problem is told.
        entries.sort_by_key(|entry| entry.at);
        Self {
            source,
            at,
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
    pub fn word(&mut self, key: &str) -> Result<Option<Word>> {
        let entry = self.take(key);
        entry.map(|e| word(self.source, key, e.value)).transpose()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// `invalid_file`.
    pub fn needed(&mut self, key: &str) -> Result<Word> {
        let found = self.word(key)?;
        // Only then: a place is counted from the file's start.
        found.ok_or_else(|| self.source.wrong(self.at, key, "it is missing"))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// `invalid_file` for anything else.
    pub fn flag(&mut self, key: &str) -> Result<Option<bool>> {
        let Some(entry) = self.take(key) else {
            return Ok(None);
        };
        match parts(entry.value) {
            (_, DeValue::Boolean(flag)) => Ok(Some(flag)),
            other => Err(wrong_type(self.source, key, &other, "true or false")),
        }
    }

    /// A list of texts; a text alone stands for itself.
    ///
    /// # Errors
    /// `invalid_file` for anything else.
    pub fn words(&mut self, key: &str) -> Result<Option<Words>> {
        let Some(entry) = self.take(key) else {
            return Ok(None);
        };
        let source = self.source;
        match parts(entry.value) {
            (_, DeValue::Array(items)) => {
                let items = items.into_iter().map(|item| word(source, key, item));
                items.collect::<Result<_>>().map(Words::List).map(Some)
            }
            (at, DeValue::String(text)) => {
                let text = text.into_owned();
                Ok(Some(Words::One(Word { at, text })))
            }
            other => Err(wrong_type(source, key, &other, "a list of texts in quotes")),
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
        let table = |item| table(source, key, item, &expected);
        match parts(entry.value) {
            (_, DeValue::Array(items)) => items
                .into_iter()
                .map(table)
                .collect::<Result<_>>()
                .map(Some),
            other => Err(wrong_type(source, key, &other, &expected)),
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
            .map(|entry| table(self.source, key, entry.value, &expected))
            .transpose()
    }

    /// Every table in it, by key.
    ///
    /// # Errors
    /// `invalid_file` for anything else in it.
    pub fn all_tables(self, expected: &str) -> Result<Vec<(Word, Self)>> {
        let source = self.source;
        let named = |entry: Entry<'t>| {
            let table = table(source, &entry.key, entry.value, expected)?;
            let (at, text) = (entry.at, entry.key.into_owned());
            Ok((Word { at, text }, table))
        };
        self.entries.into_iter().map(named).collect()
    }

    /// Every value in it, by key, with where the value stands.
    ///
    /// # Errors
    /// `invalid_file` for what is neither text, number nor true or false.
    pub fn all_values(self) -> Result<Vec<(Word, At, Value)>> {
        let source = self.source;
        let named = |entry: Entry<'t>| {
            let at = entry.value.span().start;
            let value = value(source, &entry.key, entry.value)?;
            let key = Word {
                at: entry.at,
                text: entry.key.into_owned(),
            };
            Ok((key, at, value))
        };
        self.entries.into_iter().map(named).collect()
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.entries.is_empty()
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// `invalid_file` naming the first key that nobody took.
    pub fn done(self) -> Result<()> {
        let Some(entry) = self.entries.first() else {
            return Ok(());
        };
        let key = super::key(&entry.key);
        Err(self.source.wrong(entry.at, &key, "there is no such key"))
    }
}

/// What [`Table::words`] found.
#[derive(Debug)]
pub enum Words {
    One(Word),
    List(Vec<Word>),
}

type Parts<'t> = (At, DeValue<'t>);

fn parts(value: Spanned<DeValue<'_>>) -> Parts<'_> {
    (value.span().start, value.into_inner())
}

fn word(source: Source<'_>, key: &str, value: Spanned<DeValue<'_>>) -> Result<Word> {
    match parts(value) {
        (at, DeValue::String(text)) => Ok(Word {
            at,
            text: text.into_owned(),
        }),
        other => Err(wrong_type(source, key, &other, "a text in quotes")),
    }
}

fn value(source: Source<'_>, key: &str, value: Spanned<DeValue<'_>>) -> Result<Value> {
    match parts(value) {
        (_, DeValue::String(text)) => Ok(Value::Text(text.into_owned())),
        (_, DeValue::Boolean(flag)) => Ok(Value::Flag(flag)),
        (at, DeValue::Integer(number)) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::Number)
            .map_err(|_| source.wrong(at, &super::key(key), "it is too large")),
        other => {
            let expected = "a text in quotes, a whole number, true or false";
            Err(wrong_type(source, key, &other, expected))
        }
    }
}

fn table<'t>(
    source: Source<'t>,
    key: &str,
    value: Spanned<DeValue<'t>>,
    expected: &str,
) -> Result<Table<'t>> {
    match parts(value) {
        (at, DeValue::Table(table)) => Ok(Table::new(source, at, table)),
        other => Err(wrong_type(source, key, &other, expected)),
    }
}

fn wrong_type(source: Source<'_>, key: &str, (at, is): &Parts<'_>, expected: &str) -> Fault {
    let is = match is {
        DeValue::String(text) => quoted(&text.chars().take(40).collect::<String>()),
        DeValue::Integer(_) => "a number".to_owned(),
        DeValue::Float(_) => "a number with a point".to_owned(),
        DeValue::Boolean(_) => "true or false".to_owned(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    };
    let reason = format!("it is {is}; expected {expected}");
    source.wrong(*at, &super::key(key), reason)
}
