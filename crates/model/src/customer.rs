//! Customers and their consent.

use serde::{Deserialize, Serialize};

use super::document::normalize_number;
use super::ids::CustomerId;
use super::time::Timestamp;

/// A customer. Passwords and tokens in a merchant's files are never imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub id: CustomerId,
    pub website_id: i64,
    /// As given; compared by [`email_key`].
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// The customer's own store view; it may be the back office's, or removed.
    pub store_view_id: Option<i64>,
    pub active: bool,
    pub confirmed: bool,
    pub created_at: Option<Timestamp>,
    /// When the merchant last changed the customer, according to the imported
    /// file.
    pub updated_at: Option<Timestamp>,
    /// Whether logins need approval (`lac/approval/vip`).
    pub vip: bool,
    pub consent: Consent,
    /// The website that an import moved the customer away from. Its rules apply
    /// too, until an admin user confirms the move.
    #[serde(default)]
    pub guard_website_id: Option<i64>,
}

impl Customer {
    /// First and last name.
    pub fn name(&self) -> String {
        let mut name = self.first_name.clone();
        if !name.is_empty() && !self.last_name.is_empty() {
            name.push(' ');
        }
        name.push_str(&self.last_name);
        name
    }
}

/// The longest e-mail address (RFC 5321 4.5.3.1.3 without the brackets).
pub const EMAIL_MAX: usize = 254;

/// The form of an address that is compared: without regard to case.
pub fn email_key(email: &str) -> String {
    if email.is_ascii() {
        email.to_ascii_lowercase()
    } else {
        email.to_lowercase()
    }
}

/// How a customer is named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerRef<'a> {
    Id(CustomerId),
    Email(&'a str),
    /// A number with leading zeros or `#`: the number of a document, never an
    /// id.
    Document(&'a str),
}

impl<'a> CustomerRef<'a> {
    /// Reads what the user typed. Everything that is neither an id nor a number
    /// is an address, which may not exist.
    pub fn parse(written: &'a str) -> Self {
        let written = written.trim();
        if let Ok(id) = written.parse() {
            return Self::Id(id);
        }
        // An address may begin with `#` (RFC 5322, atext).
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let is_padded = written.len() > 1 && written.starts_with('0') && is_number(written);
        if (is_padded || written.starts_with('#')) && !written.contains('@') {
            return Self::Document(normalize_number(written));
        }
        Self::Email(written)
    }
}

/// A customer's consent, *Allow remote shopping assistance* in Adobe Commerce.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub granted: bool,
    /// When it last changed; `None` if never (then it is not granted).
    pub changed_at: Option<Timestamp>,
    pub source: Option<ConsentSource>,
    /// The name of the admin user or storefront that changed it.
    pub changed_by: Option<String>,
    /// The seq of the event that changed it.
    pub seq: Option<u64>,
    /// When granted consent ends by itself; `None` for never.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl Consent {
    /// `granted` or `withheld`, whether or not it has ended since.
    pub fn status(&self) -> &'static str {
        Self::word(self.granted)
    }

    /// `granted` or `withheld`.
    pub fn word(granted: bool) -> &'static str {
        if granted { "granted" } else { "withheld" }
    }

    /// The status at `now`: `withheld` if granted consent has ended.
    pub fn status_at(&self, now: Timestamp) -> &'static str {
        if self.expired_at(now).is_some() {
            return "withheld";
        }
        self.status()
    }

    /// Whether this is granted consent that ends before `other` does.
    pub fn ends_before(&self, other: &Self) -> bool {
        let sooner = |mine| other.until.is_none_or(|theirs| mine < theirs);
        self.granted && self.until.is_some_and(sooner)
    }

    /// The status with its end, for the log.
    pub fn status_text(&self) -> String {
        match self.until.filter(|_| self.granted) {
            Some(until) => format!("granted until {until}"),
            None => self.status().to_owned(),
        }
    }

    /// When granted consent ended; `None` if it has not at `now`.
    pub fn expired_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| self.granted && now >= *until)
    }
}

/// Who or what changed consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSource {
    /// An admin user.
    Admin,
    /// The customer, in the account on the storefront.
    Customer,
    /// An imported file.
    Import,
}

impl ConsentSource {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Customer => "customer",
            Self::Import => "import",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Admin, Self::Customer, Self::Import]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}
