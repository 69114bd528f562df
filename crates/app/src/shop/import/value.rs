//! A value of an item. Shops send numbers as texts and texts as numbers, so any
//! type is accepted first; the error for a value that does not fit names its
//! field.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::invalid::{ItemProblem, quote_short};
use lac_model::time::{Timestamp, parse_lenient};

/// A single value. Of a list or object, only the fact is kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum RestValue<'a> {
    /// Absent or `null`.
    #[default]
    None,
    Bool(bool),
    Int(i64),
    /// A number that is not an integer, or is too large.
    Number(f64),
    Text(Cow<'a, str>),
    /// A list or object.
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for RestValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = RestValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(RestValue::None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(RestValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(RestValue::Int(value))
    }

    #[allow(clippy::cast_precision_loss)] // it is refused anyway
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(RestValue::Number(value as f64), RestValue::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(RestValue::Number(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(RestValue::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(RestValue::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(RestValue::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(RestValue::Other)
    }
}

type Checked<T> = Result<T, ItemProblem>;

impl<'a> RestValue<'a> {
    /// The text of a CSV cell; `None` if it is empty.
    pub(super) fn from_csv_cell(text: &'a str) -> Self {
        if text.is_empty() {
            Self::None
        } else {
            Self::Text(Cow::Borrowed(text))
        }
    }

    /// Whether the value is absent, `null` or an empty text.
    pub(super) fn is_none(&self) -> bool {
        match self {
            Self::None => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// A text of at most `most` characters without control characters. Numbers
    /// are converted.
    pub(super) fn to_text(&self, field: &str, most: usize) -> Checked<Option<Cow<'_, str>>> {
        let text = match self {
            Self::None => return Ok(None),
            Self::Text(text) => Cow::Borrowed(&**text),
            Self::Int(number) => Cow::Owned(number.to_string()),
            Self::Bool(_) | Self::Number(_) | Self::Other => {
                return Err(ItemProblem::new(field, "not a text"));
            }
        };
        // Compare the bytes first, so that the characters of a very long text
        // are not counted.
        let is_long = text.len() > most * 4 || text.chars().count() > most;
        if is_long {
            return Err(ItemProblem::new(
                field,
                format!("longer than {most} characters"),
            ));
        }
        if text.contains(char::is_control) {
            return Err(ItemProblem::new(field, "holds a control character"));
        }
        Ok(Some(text))
    }

    /// A customer's name. Control characters, such as line breaks and tabs,
    /// become spaces, so that a customer cannot make the merchant's file
    /// invalid by their name.
    pub(super) fn to_name(&self, field: &str, most: usize) -> Checked<Option<Cow<'_, str>>> {
        let Self::Text(text) = self else {
            return self.to_text(field, most);
        };
        // `to_text` rejects texts that are too long or contain NUL.
        if text.len() > most * 4 || text.contains('\0') || !text.contains(char::is_control) {
            return self.to_text(field, most);
        }
        let clean = text.replace(char::is_control, " ").trim().to_owned();
        RestValue::Text(Cow::Borrowed(&clean)).to_text(field, most)?;
        Ok(Some(Cow::Owned(clean)))
    }

    /// An integer, also as text.
    pub(super) fn to_int(&self, field: &str) -> Checked<Option<i64>> {
        match self {
            Self::Int(number) => Ok(Some(*number)),
            _ if self.is_none() => Ok(None),
            Self::Text(text) => {
                let number = text.trim().parse();
                let number = number.map_err(|_| self.mismatch(field, "a whole number"))?;
                Ok(Some(number))
            }
            _ => Err(self.mismatch(field, "a whole number")),
        }
    }

    /// An integer of 0 or more.
    pub(super) fn to_id(&self, field: &str) -> Checked<Option<i64>> {
        match self.to_int(field)? {
            Some(id) if id < 0 => Err(self.mismatch(field, "an id")),
            id => Ok(id),
        }
    }

    /// Yes or no: true/false, 1/0, yes/no.
    pub(super) fn to_bool(&self, field: &str) -> Checked<Option<bool>> {
        match self {
            _ if self.is_none() => Ok(None),
            Self::Bool(flag) => Ok(Some(*flag)),
            Self::Int(0) => Ok(Some(false)),
            Self::Int(1) => Ok(Some(true)),
            Self::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "0" | "false" | "no" => Ok(Some(false)),
                "1" | "true" | "yes" => Ok(Some(true)),
                _ => Err(self.mismatch(field, "yes or no")),
            },
            _ => Err(self.mismatch(field, "yes or no")),
        }
    }

    /// A time; `None` for MySQL's zero date.
    pub(super) fn to_time(&self, field: &str) -> Checked<Option<Timestamp>> {
        match self {
            _ if self.is_none() => Ok(None),
            Self::Text(text) if text.starts_with("0000-00-00") => Ok(None),
            Self::Text(text) if text.len() <= 64 => parse_lenient(text)
                .map(Some)
                .map_err(|e| ItemProblem::new(field, e.to_string())),
            _ => Err(self.mismatch(field, "a time")),
        }
    }

    /// The error for a value that is not what is expected.
    pub(super) fn mismatch(&self, field: &str, wanted: &str) -> ItemProblem {
        let shown = match self {
            Self::Text(text) => quote_short(text),
            Self::Int(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Bool(flag) => flag.to_string(),
            Self::Other => "a list or object".to_owned(),
            Self::None => return ItemProblem::new(field, "is missing"),
        };
        ItemProblem::new(field, format!("{shown} is not {wanted}"))
    }
}

/// The value, or an error if it is missing.
pub(super) fn required<T>(field: &str, value: Option<T>) -> Checked<T> {
    value.ok_or_else(|| ItemProblem::new(field, "is missing"))
}
