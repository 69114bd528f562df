//! Texts, lists and numbers with limits: how long a text may be, which
//! characters it may contain, how many members a list may have. The limits are
//! part of the types, so they hold for every value, whether it comes from a
//! flag, from JSON over a socket or from a row.

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

pub use list::{BoundedList, InvalidList, MAX_IDS_PER_REQUEST, MAX_VALUES_PER_FIELD};
pub use number::{InvalidSeq, InvalidStoreId, Seq, StoreId};
pub use rules::{
    ActionId, FileText, IdText, Label, LongText, NoteText, PersonName, REASON_MAX, Reason,
    ShortText, Summary, TEXT_RULES, Ticket, TicketKind, UserAgent, Version,
};

/// A kind of text with a rule.
pub trait TextKind {
    const RULE: &'static TextRule;
}

/// The rule for a kind of text. Error messages contain only what is written
/// here, never the text itself: it could be a secret or hostile.
#[derive(Debug)]
pub struct TextRule {
    /// The noun for the text, such as `ticket`.
    pub name: &'static str,
    /// The whole rule as a sentence.
    pub message: &'static str,
    pub min_chars: usize,
    /// Characters, not bytes.
    pub max_chars: usize,
    pub allows: fn(char) -> bool,
}

impl TextRule {
    pub fn matches(&self, text: &str) -> bool {
        // Compare bytes first, so that a very long text is not counted.
        text.len() <= self.max_chars.saturating_mul(4)
            && (text.len() <= self.max_chars || text.chars().count() <= self.max_chars)
            && (self.min_chars == 0 || text.chars().nth(self.min_chars - 1).is_some())
            && text.chars().all(self.allows)
    }
}

/// A text that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidText {
    pub name: &'static str,
    pub message: &'static str,
}

impl From<InvalidText> for Fault {
    fn from(error: InvalidText) -> Self {
        Self::invalid(error.name, error)
    }
}

/// A text that follows the rule of `F`.
pub struct BoundedText<F>(String, PhantomData<F>);

impl<F: TextKind> BoundedText<F> {
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = text.into();
        Self::check(&text)?;
        Ok(Self(text, PhantomData))
    }

    fn check(text: &str) -> Result<(), InvalidText> {
        let TextRule {
            name: what,
            message: words,
            ..
        } = *F::RULE;
        if F::RULE.matches(text) {
            return Ok(());
        }
        Err(InvalidText {
            name: what,
            message: words,
        })
    }

    /// The longest beginning of a text that follows the rule, for texts that
    /// are only displayed; `None` if there is none.
    pub fn truncate(text: &str) -> Option<Self> {
        let text: String = text.chars().take(F::RULE.max_chars).collect();
        Self::new(text).ok()
    }
}

impl<F> BoundedText<F> {
    pub(super) fn new_unchecked(text: String) -> Self {
        Self(text, PhantomData)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl Version {
    /// The version of this program.
    pub fn current() -> Self {
        Self::new_unchecked(env!("CARGO_PKG_VERSION").to_owned())
    }
}

/// An optional text that can be checked.
pub trait IntoBoundedText {
    fn into_bounded<F: TextKind>(self) -> Result<Option<BoundedText<F>>, InvalidText>;
}

impl IntoBoundedText for Option<String> {
    fn into_bounded<F: TextKind>(self) -> Result<Option<BoundedText<F>>, InvalidText> {
        self.map(BoundedText::new).transpose()
    }
}

/// A kind of text that may be empty.
pub trait AllowsEmpty: TextKind {}

impl<F: AllowsEmpty> Default for BoundedText<F> {
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

impl<F: TextKind> FromStr for BoundedText<F> {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        Self::check(text)?;
        Ok(Self(text.to_owned(), PhantomData))
    }
}

impl<F: TextKind> TryFrom<String> for BoundedText<F> {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
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

impl<'de, F: TextKind> Deserialize<'de> for BoundedText<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor<F>(PhantomData<F>);

        impl<F: TextKind> Visitor<'_> for TextVisitor<F> {
            type Value = BoundedText<F>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            // Check before copying.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                text.parse().map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

#[cfg(test)]
#[path = "bounded_tests.rs"]
mod tests;
