//! What a storefront sends: rows of customers and of orders.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use lac_model::bounded::{LongText, ShortText};
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;

/// The most rows of one list: the store is locked while they are written.
pub const MAX_ROWS: usize = 10_000;

/// A customer's id in the shop: a whole number above 0, also as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MerchantId(CustomerId);

impl MerchantId {
    pub fn customer_id(self) -> CustomerId {
        self.0
    }
}

impl Serialize for MerchantId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MerchantId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Id;

        impl Visitor<'_> for Id {
            type Value = MerchantId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a customer's id, a whole number above 0")
            }

            fn visit_i64<E: de::Error>(self, id: i64) -> Result<MerchantId, E> {
                let known = CustomerId::from_merchant(id).map(MerchantId);
                known.ok_or_else(|| E::invalid_value(de::Unexpected::Signed(id), &self))
            }

            fn visit_u64<E: de::Error>(self, id: u64) -> Result<MerchantId, E> {
                let signed = i64::try_from(id);
                let signed =
                    signed.map_err(|_| E::invalid_value(de::Unexpected::Unsigned(id), &self))?;
                self.visit_i64(signed)
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<MerchantId, E> {
                let known = id.parse().ok().filter(|id: &CustomerId| !id.is_local());
                let known = known.map(MerchantId);
                known.ok_or_else(|| E::invalid_value(de::Unexpected::Str(id), &self))
            }
        }

        deserializer.deserialize_any(Id)
    }
}

/// What the shop says of a customer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "CustomerFields", into = "CustomerFields")]
pub enum CustomerRecord {
    Known(KnownCustomer),
    /// The shop has deleted the account.
    Deleted(MerchantId),
}

impl CustomerRecord {
    pub fn id(&self) -> MerchantId {
        match self {
            Self::Known(customer) => customer.id,
            Self::Deleted(id) => *id,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCustomer {
    pub id: MerchantId,
    // Texts that do not fit the store leave out this customer, not all of them.
    pub email: LongText,
    /// First and last name, as the shop writes them.
    pub name: LongText,
    /// The website's code.
    pub website: LongText,
    /// The code of the customer's own store view. Without one, what is stored
    /// stays.
    pub store_view: Option<LongText>,
    pub active: bool,
    pub confirmed: bool,
}

/// The fields of a row in JSON.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct CustomerFields {
    id: MerchantId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<LongText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<LongText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    website: Option<LongText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    store_view: Option<LongText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirmed: Option<bool>,
}

impl TryFrom<CustomerFields> for CustomerRecord {
    type Error = String;

    fn try_from(fields: CustomerFields) -> Result<Self, String> {
        if fields.deleted == Some(true) {
            return Ok(Self::Deleted(fields.id));
        }
        let missing = |field: &str| format!("{field}: is missing");
        Ok(Self::Known(KnownCustomer {
            id: fields.id,
            email: fields.email.ok_or_else(|| missing("email"))?,
            name: fields.name.ok_or_else(|| missing("name"))?,
            website: fields.website.ok_or_else(|| missing("website"))?,
            store_view: fields.store_view,
            active: fields.active.ok_or_else(|| missing("active"))?,
            confirmed: fields.confirmed.ok_or_else(|| missing("confirmed"))?,
        }))
    }
}

impl From<CustomerRecord> for CustomerFields {
    fn from(record: CustomerRecord) -> Self {
        let (id, known) = match record {
            CustomerRecord::Known(customer) => (customer.id, Some(customer)),
            CustomerRecord::Deleted(id) => (id, None),
        };
        let deleted = known.is_none().then_some(true);
        let known = known.as_ref();
        Self {
            id,
            deleted,
            email: known.map(|customer| customer.email.clone()),
            name: known.map(|customer| customer.name.clone()),
            website: known.map(|customer| customer.website.clone()),
            store_view: known.and_then(|customer| customer.store_view.clone()),
            active: known.map(|customer| customer.active),
            confirmed: known.map(|customer| customer.confirmed),
        }
    }
}

/// What the shop says of an order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OrderRecord {
    pub number: ShortText,
    pub customer_id: MerchantId,
    /// The code of the store view that it was placed in.
    pub store_view: ShortText,
    pub placed_at: Timestamp,
}

/// A kind of row, and the name of its list.
pub trait SyncRow {
    const LIST: &'static str;
}

impl SyncRow for CustomerRecord {
    const LIST: &'static str = "customers";
}

impl SyncRow for OrderRecord {
    const LIST: &'static str = "orders";
}

/// At most [`MAX_ROWS`] rows: a list, or an object with the list. The error for
/// a malformed row names its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowList<T>(Vec<T>);

impl<T> Deref for RowList<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Serialize + SyncRow> Serialize for RowList<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut object = serializer.serialize_map(Some(1))?;
        object.serialize_entry(T::LIST, &self.0)?;
        object.end()
    }
}

impl<'de, T: Deserialize<'de> + SyncRow> Deserialize<'de> for RowList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListOrObject::<T>(PhantomData))
    }
}

struct ListOrObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + SyncRow> Visitor<'de> for ListOrObject<T> {
    type Value = RowList<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of rows, or an object with `{}`", T::LIST)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        loop {
            let at = rows.len();
            let next = list.next_element::<T>();
            let next = next.map_err(|e| de::Error::custom(format!("row {at}: {e}")))?;
            match next {
                None => return Ok(RowList(rows)),
                Some(_) if at == MAX_ROWS => {
                    let problem = format!("at most {MAX_ROWS} rows at once");
                    return Err(de::Error::custom(problem));
                }
                Some(row) => rows.push(row),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        /// The list alone, so that no object is taken inside of an object.
        struct Rows<T>(RowList<T>);

        impl<'de, T: Deserialize<'de> + SyncRow> Deserialize<'de> for Rows<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = ListOrObject::<T>(PhantomData);
                deserializer.deserialize_seq(visitor).map(Rows)
            }
        }

        let mut found: Option<Rows<T>> = None;
        while let Some(key) = object.next_key::<String>()? {
            if key != T::LIST {
                object.next_value::<IgnoredAny>()?;
            } else if found.is_some() {
                return Err(de::Error::duplicate_field(T::LIST));
            } else {
                found = Some(object.next_value()?);
            }
        }
        let missing = || de::Error::missing_field(T::LIST);
        found.map(|Rows(list)| list).ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customers(json: &str) -> Result<RowList<CustomerRecord>, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    const JANE: &str = r#"{"id":7,"email":"jane@example.com","name":"Jane Doe","website":"base",
                           "active":true,"confirmed":true,"newsletter":true}"#;

    #[test]
    fn a_list_may_stand_alone_or_in_an_object() {
        let alone = customers(&format!("[{JANE}]")).unwrap();
        let within = format!(r#"{{"page":[1],"customers":[{JANE}]}}"#);
        assert_eq!(customers(&within).unwrap(), alone);
        let written = serde_json::to_string(&alone).unwrap();
        assert_eq!(customers(&written).unwrap(), alone);
        let as_text = JANE.replace("\"id\":7", "\"id\":\"7\"");
        assert_eq!(customers(&format!("[{as_text}]")).unwrap(), alone);
        let gone = customers(r#"[{"id":"7","deleted":true}]"#).unwrap();
        assert_eq!(gone[0], CustomerRecord::Deleted(alone[0].id()));
    }

    #[test]
    fn a_malformed_row_is_named() {
        for (row, named) in [
            (r#"{"id":8}"#, "email"),
            (r#"{"id":0,"deleted":true}"#, "above 0"),
            (r#"{"id":-1,"deleted":true}"#, "above 0"),
            (r#"{"id":"local:1","deleted":true}"#, "above 0"),
            (r#"{"id":"07","deleted":true}"#, "above 0"),
            (r#"{"id":1.5,"deleted":true}"#, "above 0"),
            (r#"{"id":18446744073709551615,"deleted":true}"#, "above 0"),
            (r#"{"deleted":true}"#, "id"),
            ("[]", "invalid"),
        ] {
            let error = customers(&format!("[{JANE},{row}]")).unwrap_err();
            assert!(error.contains("row 1:") && error.contains(named), "{error}");
        }
        for text in [
            "{}",
            "7",
            r#"{"customers":{}}"#,
            r#"{"customers":[],"customers":[]}"#,
        ] {
            assert!(customers(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_is_bounded() {
        let gone = |count: usize| {
            let row = |id| format!("{{\"id\":{id},\"deleted\":true}}");
            let rows: Vec<String> = (1..=count).map(row).collect();
            format!("[{}]", rows.join(","))
        };
        assert_eq!(customers(&gone(MAX_ROWS)).unwrap().len(), MAX_ROWS);
        assert!(
            customers(&gone(MAX_ROWS + 1))
                .unwrap_err()
                .contains("at most")
        );
    }
}
