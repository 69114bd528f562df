//! The shopper whose session is borrowed, and their consent.

use serde::{Deserialize, Serialize};

use super::document::normalize_number;
use super::ids::CustomerId;
use super::time::Timestamp;

/// A customer as it is kept here. Passwords and tokens of the merchant's files
/// never are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub id: CustomerId,
    pub website_id: i64,
    /// As given; compared by [`email_key`].
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// The customer's own store view; may be the back office's, or gone.
    pub store_view_id: Option<i64>,
    pub active: bool,
    pub confirmed: bool,
    pub created_at: Option<Timestamp>,
    /// When the merchant last changed it, as the file told.
    pub updated_at: Option<Timestamp>,
    /// Whether a login takes a second person (`lac/approval/vip`).
    pub vip: bool,
    pub consent: Consent,
    /// The website that an import moved them away from: its rules count as well
    /// until an admin user confirms the move.
    #[serde(default)]
    pub guard_website_id: Option<i64>,
}

impl Customer {
    /// First and last name as one text.
    pub fn name(&self) -> String {
        let mut name = self.first_name.clone();
        if !name.is_empty() && !self.last_name.is_empty() {
            name.push(' ');
        }
        name.push_str(&self.last_name);
        name
    }
}

/// The longest e-mail address (RFC 5321 4.5.3.1.3 less the brackets).
pub const EMAIL_MAX: usize = 254;

/// What addresses are compared by: without regard to case.
pub fn email_key(email: &str) -> String {
    if email.is_ascii() {
        email.to_ascii_lowercase()
    } else {
        email.to_lowercase()
    }
}

/// What somebody names a customer by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerRef<'a> {
    Id(CustomerId),
    Email(&'a str),
    /// A number with leading zeros or `#`, which is the number of a document
    /// and never an id.
    Document(&'a str),
}

impl<'a> CustomerRef<'a> {
    /// Reads what somebody typed; whatever is neither id nor number is an
    /// address, which perhaps nobody has.
    pub fn parse(written: &'a str) -> Self {
        let written = written.trim();
        if let Ok(id) = written.parse() {
            return Self::Id(id);
        }
        // `#` may begin an address: RFC 5322, atext.
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let is_padded = written.len() > 1 && written.starts_with('0') && is_number(written);
        if (is_padded || written.starts_with('#')) && !written.contains('@') {
            return Self::Document(normalize_number(written));
        }
        Self::Email(written)
    }
}

/// *Allow remote shopping assistance*.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub granted: bool,
    /// When it was last changed; `None` if it never was (the default: no).
    pub changed_at: Option<Timestamp>,
    pub source: Option<ConsentSource>,
    /// Who changed it: the admin user or storefront by name.
    pub changed_by: Option<String>,
    /// The audit event of the last change.
    pub seq: Option<u64>,
    /// When a grant ends by itself; `None` for never.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl Consent {
    /// `granted` or `withheld`: what was said last.
    pub fn status(&self) -> &'static str {
        if self.granted { "granted" } else { "withheld" }
    }

    /// The same at `now`: a grant that has run out is none.
    pub fn status_at(&self, now: Timestamp) -> &'static str {
        if self.expired_at(now).is_some() {
            return "withheld";
        }
        self.status()
    }

    /// Whether it is a grant that ends before another one does.
    pub fn ends_before(&self, other: &Self) -> bool {
        let sooner = |mine| other.until.is_none_or(|theirs| mine < theirs);
        self.granted && self.until.is_some_and(sooner)
    }

    /// What was said last, with its limit: for the log.
    pub fn status_text(&self) -> String {
        match self.until.filter(|_| self.granted) {
            Some(until) => format!("granted until {until}"),
            None => self.status().to_owned(),
        }
    }

    /// When a grant ran out, if it has.
    pub fn expired_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| self.granted && now >= *until)
    }
}

/// Where a change of consent came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSource {
    /// An admin user with the right resource.
    Admin,
    /// The customer, on the storefront.
    Storefront,
    /// A merchant's file.
    Import,
}

impl ConsentSource {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Storefront => "storefront",
            Self::Import => "import",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Admin, Self::Storefront, Self::Import]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}
