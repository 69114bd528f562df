//! A customer of `GET /V1/customers/search`.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::row::{Raw, Row};
use crate::import::Known;
use crate::import::item::parsed;
use crate::import::problem::Problem;
use crate::import::scalar::{Scalar, needed};

#[derive(Debug, Deserialize)]
struct Item<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    website_id: Scalar<'a>,
    #[serde(borrow, default)]
    store_id: Scalar<'a>,
    #[serde(borrow, default)]
    email: Scalar<'a>,
    #[serde(borrow, default)]
    firstname: Scalar<'a>,
    #[serde(borrow, default)]
    lastname: Scalar<'a>,
    #[serde(borrow, default)]
    is_active: Scalar<'a>,
    #[serde(borrow, default)]
    confirmation: Scalar<'a>,
    #[serde(borrow, default)]
    created_at: Scalar<'a>,
    #[serde(borrow, default)]
    updated_at: Scalar<'a>,
    #[serde(borrow, default)]
    extension_attributes: Extension<'a>,
}

/// `extension_attributes`: an object, or `[]` where PHP had nothing to say.
#[derive(Debug, Default)]
struct Extension<'a> {
    assistance_allowed: Scalar<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Extension<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Extension<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("extension_attributes as an object")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Extension::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Extension::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut found = Extension::default();
                while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                    if key == "assistance_allowed" {
                        found.assistance_allowed = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(found)
            }
        }

        deserializer.deserialize_any(Members)
    }
}

/// Reads and checks one item, and hands its row on.
///
/// # Errors
/// The first field that does not fit.
pub fn read<T>(
    at: u64,
    bytes: &[u8],
    known: &Known,
    then: impl FnOnce(&Row<'_>) -> T,
) -> Result<T, Problem> {
    let item: Item<'_> = parsed(bytes)?;
    let id = needed("id", item.id.int("id")?)?;
    if id < 1 {
        return Err(item.id.unfit("id", "a customer's id"));
    }
    let website = needed("website_id", item.website_id.id("website_id")?)?;
    let website_id = known.website("website_id", website)?;
    let store_view_id = item.store_id.id("store_id")?;
    // Set means: not confirmed yet. A confirmed customer's item lacks it.
    let confirmed = Some(item.confirmation.is_none());
    let raw = Raw {
        email: item.email,
        first_name: item.firstname,
        last_name: item.lastname,
        active: item.is_active,
        created_at: item.created_at,
        updated_at: item.updated_at,
        consent: item.extension_attributes.assistance_allowed,
    };
    let row = Row {
        id: Some(id),
        store_view_id,
        confirmed,
        ..Row::check(at, website_id, &raw)?
    };
    Ok(then(&row))
}
