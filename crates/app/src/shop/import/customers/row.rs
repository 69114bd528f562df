//! A customer in a file. There are no fields for passwords, hashes and tokens,
//! so that they cannot be stored by mistake.

use std::borrow::Cow;

use crate::shop::import::invalid::{ItemProblem, quote_short};
use crate::shop::import::spool::{RowDecoder, RowEncoder};
use crate::shop::import::value::{RestValue, required};
use lac_model::customer::EMAIL_MAX;
use lac_model::text::is_deceptive;
use lac_model::time::Timestamp;
use lac_store::Result;

/// The width of the name columns in Adobe Commerce's `customer_entity`.
const NAME_MAX: usize = 255;

/// A customer in a file. Fields with `None` are not in the file and do not
/// change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CustomerRow<'a> {
    /// The line or item.
    pub at: u64,
    /// The merchant's id; CSV has none.
    pub id: Option<i64>,
    pub website_id: i64,
    pub store_view_id: Option<i64>,
    pub email: Cow<'a, str>,
    pub first_name: Option<Cow<'a, str>>,
    pub last_name: Option<Cow<'a, str>>,
    /// First and last name in one, from a shop that has no more to say.
    pub name: Option<Cow<'a, str>>,
    pub active: Option<bool>,
    pub confirmed: Option<bool>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub consent: Option<bool>,
}

/// The values of a row as in the file, in either format.
#[derive(Debug, Default)]
pub(super) struct RawCustomer<'a> {
    pub email: RestValue<'a>,
    pub first_name: RestValue<'a>,
    pub last_name: RestValue<'a>,
    pub name: RestValue<'a>,
    pub active: RestValue<'a>,
    pub created_at: RestValue<'a>,
    pub updated_at: RestValue<'a>,
    pub consent: RestValue<'a>,
}

impl<'a> CustomerRow<'a> {
    /// Checks the fields that all formats have. Fails with the first invalid
    /// field.
    pub(super) fn from_raw(
        at: u64,
        website_id: i64,
        raw: &'a RawCustomer<'_>,
    ) -> std::result::Result<Self, ItemProblem> {
        Ok(Self {
            at,
            id: None,
            website_id,
            store_view_id: None,
            email: parse_address(&raw.email)?,
            first_name: raw.first_name.to_name("firstname", NAME_MAX)?,
            last_name: raw.last_name.to_name("lastname", NAME_MAX)?,
            name: raw.name.to_name("name", NAME_MAX)?,
            active: raw.active.to_bool("is_active")?,
            confirmed: None,
            created_at: raw.created_at.to_time("created_at")?,
            updated_at: raw.updated_at.to_time("updated_at")?,
            consent: parse_consent(&raw.consent)?,
        })
    }

    pub(super) fn encode(&self, into: &mut RowEncoder) {
        into.0.clear();
        into.int(self.at.cast_signed());
        into.optional_int(self.id);
        into.int(self.website_id);
        into.optional_int(self.store_view_id);
        into.text(Some(&self.email));
        into.text(self.first_name.as_deref());
        into.text(self.last_name.as_deref());
        into.text(self.name.as_deref());
        into.flag(self.active);
        into.flag(self.confirmed);
        into.time(self.created_at);
        into.time(self.updated_at);
        into.flag(self.consent);
    }

    /// Decodes a row from the spool.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self> {
        let mut from = RowDecoder(bytes);
        Ok(Self {
            at: from.int()?.cast_unsigned(),
            id: from.optional_int()?,
            website_id: from.int()?,
            store_view_id: from.optional_int()?,
            email: from.text()?.unwrap_or_default().into(),
            first_name: from.text()?.map(Cow::Borrowed),
            last_name: from.text()?.map(Cow::Borrowed),
            name: from.text()?.map(Cow::Borrowed),
            active: from.flag()?,
            confirmed: from.flag()?,
            created_at: from.time()?,
            updated_at: from.time()?,
            consent: from.flag()?,
        })
    }
}

/// An e-mail address, if its form is valid.
fn parse_address<'a>(value: &'a RestValue<'_>) -> std::result::Result<Cow<'a, str>, ItemProblem> {
    let text = required("email", value.to_text("email", EMAIL_MAX)?)?;
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    if text.is_empty() {
        return Err(ItemProblem::new("email", "is missing"));
    }
    if text.len() > EMAIL_MAX {
        return Err(ItemProblem::new("email", "longer than 254 bytes"));
    }
    let parts = text.split_once('@');
    let whole = parts.is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    if !whole || text.contains(|c: char| c.is_whitespace() || is_deceptive(c)) {
        let problem = format!("{} is not an e-mail address", quote_short(&text));
        return Err(ItemProblem::new("email", problem));
    }
    Ok(text)
}

/// 2 is yes, 1 is no (Adobe Commerce's `LoginAsCustomerAssistance`). A missing
/// value is no answer.
fn parse_consent(value: &RestValue<'_>) -> std::result::Result<Option<bool>, ItemProblem> {
    match value.to_int("assistance_allowed") {
        Ok(None) => Ok(None),
        Ok(Some(2)) => Ok(Some(true)),
        Ok(Some(1)) => Ok(Some(false)),
        _ => Err(value.mismatch("assistance_allowed", "2 (allowed) or 1 (denied)")),
    }
}
