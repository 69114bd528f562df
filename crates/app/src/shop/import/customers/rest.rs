//! Reads customers of `GET /V1/customers/search`.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::row::{CustomerRow, RawCustomer};
use crate::shop::import::VisibleStores;
use crate::shop::import::invalid::ItemProblem;
use crate::shop::import::item::parse_item;
use crate::shop::import::value::{RestValue, required};

#[derive(Debug, Deserialize)]
struct CustomerItem<'a> {
    #[serde(borrow, default)]
    id: RestValue<'a>,
    #[serde(borrow, default)]
    website_id: RestValue<'a>,
    #[serde(borrow, default)]
    store_id: RestValue<'a>,
    #[serde(borrow, default)]
    email: RestValue<'a>,
    #[serde(borrow, default)]
    firstname: RestValue<'a>,
    #[serde(borrow, default)]
    lastname: RestValue<'a>,
    #[serde(borrow, default)]
    is_active: RestValue<'a>,
    #[serde(borrow, default)]
    confirmation: RestValue<'a>,
    #[serde(borrow, default)]
    created_at: RestValue<'a>,
    #[serde(borrow, default)]
    updated_at: RestValue<'a>,
    #[serde(borrow, default)]
    extension_attributes: ExtensionAttributes<'a>,
}

/// `extension_attributes`: an object, or `[]` if empty (PHP).
#[derive(Debug, Default)]
struct ExtensionAttributes<'a> {
    assistance_allowed: RestValue<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for ExtensionAttributes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = ExtensionAttributes<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("extension_attributes as an object")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(ExtensionAttributes::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(ExtensionAttributes::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut found = ExtensionAttributes::default();
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

/// Reads and checks one item, and passes its row to `then`. Fails with the
/// first invalid field.
pub(super) fn parse_customer<T>(
    at: u64,
    bytes: &[u8],
    visible: &VisibleStores,
    then: impl FnOnce(&CustomerRow<'_>) -> T,
) -> Result<T, ItemProblem> {
    let item: CustomerItem<'_> = parse_item(bytes)?;
    let id = required("id", item.id.to_int("id")?)?;
    if id < 1 {
        return Err(item.id.mismatch("id", "a customer's id"));
    }
    let website = required("website_id", item.website_id.to_id("website_id")?)?;
    let website_id = visible.website("website_id", website)?;
    let store_view_id = item.store_id.to_id("store_id")?;
    // The field is set while the customer is not confirmed, and missing
    // afterwards.
    let confirmed = Some(item.confirmation.is_none());
    let raw = RawCustomer {
        email: item.email,
        first_name: item.firstname,
        last_name: item.lastname,
        name: RestValue::None,
        active: item.is_active,
        created_at: item.created_at,
        updated_at: item.updated_at,
        consent: item.extension_attributes.assistance_allowed,
    };
    let row = CustomerRow {
        id: Some(id),
        store_view_id,
        confirmed,
        ..CustomerRow::from_raw(at, website_id, &raw)?
    };
    Ok(then(&row))
}
