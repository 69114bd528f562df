//! Ids that users type and files contain.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::bounded::{IdText, InvalidText};

pub use super::bounded::Ticket;

/// Defines the id of a thing that programs name and people rarely type: 64
/// random bits in lower-case hex.
macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(crate::bounded::IdText);

        impl $name {
            pub fn from_bits(bits: [u8; 8]) -> Self {
                let text = format!("{:016x}", u64::from_be_bytes(bits));
                Self(crate::bounded::IdText::new_unchecked(text))
            }

            /// Accepts every text of this form, whether or not such an id exists.
            pub fn new(text: impl Into<String>) -> Result<Self, crate::bounded::InvalidText> {
                crate::bounded::IdText::new(text).map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(crate) use random_id;

/// A customer's id: the merchant's own (`42`), or `local:N` for a customer
/// imported from a CSV file without ids, which no storefront can confuse with
/// its own. Everywhere outside it is a string. Stored, it is one signed number,
/// which can be the table's primary key: positive for the merchant's ids,
/// negative for `local:N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerId(i64);

impl CustomerId {
    /// The merchant's id; `None` for 0 and negative numbers.
    pub fn from_merchant(id: i64) -> Option<Self> {
        (id > 0).then_some(Self(id))
    }

    /// The `n`th `local:N`, from 1.
    pub fn from_local(n: i64) -> Option<Self> {
        (n > 0).then_some(Self(-n))
    }

    /// From the stored number; `None` for 0.
    pub fn from_stored(id: i64) -> Option<Self> {
        (id != 0 && id != i64::MIN).then_some(Self(id))
    }

    /// The number to store.
    pub fn to_stored(self) -> i64 {
        self.0
    }

    /// Whether it is a `local:N`.
    pub fn is_local(self) -> bool {
        self.0 < 0
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_local() {
            write!(f, "local:{}", -self.0)
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// A text that is not a customer id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a customer id is a number above 0, or local:N")]
pub struct InvalidCustomerId;

impl FromStr for CustomerId {
    type Err = InvalidCustomerId;

    fn from_str(text: &str) -> Result<Self, InvalidCustomerId> {
        let (digits, local) = match text.strip_prefix("local:") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        // A number with leading zeros is a document's (see `CustomerRef`).
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        if digits.is_empty() || !is_number || digits.starts_with('0') {
            return Err(InvalidCustomerId);
        }
        let n: i64 = digits.parse().map_err(|_| InvalidCustomerId)?;
        if local {
            Self::from_local(n)
        } else {
            Self::from_merchant(n)
        }
        .ok_or(InvalidCustomerId)
    }
}

impl Serialize for CustomerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CustomerId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A session's id, which is also the token's `jti`: 128 random bits in
/// lower-case hex, so that it never begins with a dash on a command line. Every
/// text of this form is accepted, whether or not the session exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(IdText);

impl SessionId {
    pub fn from_bits(bits: [u8; 16]) -> Self {
        use std::fmt::Write;
        let mut text = String::with_capacity(32);
        for byte in bits {
            let _ = write!(text, "{byte:02x}");
        }
        Self(IdText::new_unchecked(text))
    }

    pub fn new(text: impl Into<String>) -> Result<Self, InvalidText> {
        IdText::new(text).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first digits, enough for a person to distinguish sessions (as git
    /// shortens ids).
    pub fn short_prefix(&self) -> &str {
        self.0.get(..Self::SHORT_LENGTH).unwrap_or(&self.0)
    }

    /// Whether the text has the form of an id's beginning.
    pub fn is_prefix(&self) -> bool {
        let digits = self
            .0
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        digits && (Self::SHORT_LENGTH..32).contains(&self.0.len())
    }

    const SHORT_LENGTH: usize = 8;
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The N of a `local:N`; 0 for other ids and for `None`.
pub fn local_customer_number(id: Option<&str>) -> u64 {
    let id = id.and_then(|text| text.parse::<CustomerId>().ok());
    let id = id.filter(|id| id.is_local());
    id.map_or(0, |id| id.to_stored().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_id_is_read_back() {
        for text in ["1", "42", "local:7", "9223372036854775807"] {
            assert_eq!(text.parse::<CustomerId>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "0",
            "-1",
            "local:",
            "local:0",
            "local:-1",
            "local:01",
            "01",
            "000000002",
            "#2",
            "4 2",
            "9223372036854775808",
        ] {
            assert!(text.parse::<CustomerId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_ticket_hides_nothing_personal() {
        assert!("ZD-4711".parse::<Ticket>().is_ok());
        for text in ["", "a b", "jane@example.com", &"x".repeat(65)] {
            assert!(text.parse::<Ticket>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_local_ids_have_a_number() {
        assert_eq!(local_customer_number(Some("local:7")), 7);
        assert_eq!(
            local_customer_number(Some("7")) + local_customer_number(None),
            0
        );
    }
}
