//! Rules of form: how long a text may be and what it may hold, and how many
//! members a list may have. They are part of the type, so that they hold
//! however a value is made: from a flag, from JSON over a socket, from a row.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use super::fault::Fault;

mod list;
mod number;
mod rules;

pub use list::{BoundedList, MANY, NoList, SOME};
pub use number::{Seq, StoreId};
pub use rules::{
    ALL, FileText, IdText, Label, LongText, NoteText, PersonName, REASON_MAX, Reason, ShortText,
    Ticket, TicketForm, Version,
};

/// A rule of form for texts.
pub trait Form {
    const RULE: &'static Rule;
}

/// What a text must be. Only what is written here is ever said about a text
/// that breaks it: the text itself may be a secret, or somebody's weapon.
#[derive(Debug)]
pub struct Rule {
    /// What the text is, as `ticket`.
    pub what: &'static str,
    /// The rule in words.
    pub words: &'static str,
    pub least: usize,
    /// In characters.
    pub most: usize,
    pub allows: fn(char) -> bool,
}

impl Rule {
    /// Whether a text is of this form.
    pub fn fits(&self, text: &str) -> bool {
        // Bytes first: a long text is not counted out.
        text.len() <= self.most.saturating_mul(4)
            && (text.len() <= self.most || text.chars().count() <= self.most)
            && (self.least == 0 || text.chars().nth(self.least - 1).is_some())
            && text.chars().all(self.allows)
    }
}

/// A text breaks the rule of its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Malformed {
    pub what: &'static str,
    pub words: &'static str,
}

impl From<Malformed> for Fault {
    fn from(error: Malformed) -> Self {
        Self::invalid(error.what, error)
    }
}

/// The rule that an error of serde's speaks of, by what it says: nothing else
/// of such an error is for anybody's eyes.
pub fn broken_rule(said: &str) -> Option<Fault> {
    if let Some(rule) = ALL.iter().find(|rule| said.starts_with(rule.words)) {
        return Some(Fault::invalid(rule.what, rule.words));
    }
    let others = [
        NoList::TooLong(MANY).to_string(),
        NoList::TooLong(SOME).to_string(),
        NoList::Repeats.to_string(),
        number::NoSeq.to_string(),
        number::NoStoreId.to_string(),
    ];
    let rule = others.into_iter().find(|rule| said.starts_with(rule))?;
    Some(Fault::invalid("the request", rule))
}

/// A text of the form `F`.
pub struct BoundedText<F>(String, PhantomData<F>);

impl<F: Form> BoundedText<F> {
    /// Takes a text of that form.
    ///
    /// # Errors
    /// [`Malformed`] for any other.
    pub fn new(text: impl Into<String>) -> Result<Self, Malformed> {
        let text = text.into();
        Self::check(&text)?;
        Ok(Self(text, PhantomData))
    }

    fn check(text: &str) -> Result<(), Malformed> {
        let Rule { what, words, .. } = *F::RULE;
        if F::RULE.fits(text) {
            return Ok(());
        }
        Err(Malformed { what, words })
    }

    /// The longest beginning of a text that is of this form, for what was read
    /// from somewhere and is only shown; `None` where none is.
    pub fn cut(text: &str) -> Option<Self> {
        let text: String = text.chars().take(F::RULE.most).collect();
        Self::new(text).ok()
    }
}

impl<F> BoundedText<F> {
    pub(super) fn trusted(text: String) -> Self {
        Self(text, PhantomData)
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl Version {
    /// This program's.
    pub fn own() -> Self {
        Self::trusted(env!("CARGO_PKG_VERSION").to_owned())
    }
}

/// A text that may be absent.
pub trait OptionalText {
    /// # Errors
    /// [`Malformed`].
    fn formed<F: Form>(self) -> Result<Option<BoundedText<F>>, Malformed>;
}

impl OptionalText for Option<String> {
    fn formed<F: Form>(self) -> Result<Option<BoundedText<F>>, Malformed> {
        self.map(BoundedText::new).transpose()
    }
}

/// A form that an empty text has.
pub trait MayBeEmpty: Form {}

impl<F: MayBeEmpty> Default for BoundedText<F> {
    fn default() -> Self {
        Self(String::new(), PhantomData)
    }
}

impl<F> Deref for BoundedText<F> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<F> AsRef<str> for BoundedText<F> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<F> Clone for BoundedText<F> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<F> fmt::Debug for BoundedText<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<F> fmt::Display for BoundedText<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<F> PartialEq for BoundedText<F> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<F> Eq for BoundedText<F> {}

impl<F> PartialEq<str> for BoundedText<F> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl<F> PartialEq<&str> for BoundedText<F> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl<F> PartialEq<String> for BoundedText<F> {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

impl<F> PartialEq<BoundedText<F>> for String {
    fn eq(&self, other: &BoundedText<F>) -> bool {
        *self == other.0
    }
}

impl<F> PartialOrd for BoundedText<F> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<F> Ord for BoundedText<F> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<F> Hash for BoundedText<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<F: Form> FromStr for BoundedText<F> {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Self::check(text)?;
        Ok(Self(text.to_owned(), PhantomData))
    }
}

impl<F: Form> TryFrom<String> for BoundedText<F> {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        Self::new(text)
    }
}

impl<F> From<BoundedText<F>> for String {
    fn from(text: BoundedText<F>) -> Self {
        text.0
    }
}

impl<F> From<BoundedText<F>> for serde_json::Value {
    fn from(text: BoundedText<F>) -> Self {
        Self::String(text.0)
    }
}

impl<F> Serialize for BoundedText<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, F: Form> Deserialize<'de> for BoundedText<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts<F>(PhantomData<F>);

        impl<F: Form> Visitor<'_> for Texts<F> {
            type Value = BoundedText<F>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            // Looked at before it is copied.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                text.parse().map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_str(Texts(PhantomData))
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
