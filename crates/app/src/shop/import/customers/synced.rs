//! Customers from the rows that a storefront sends.

use super::CustomerFile;
use super::row::{CustomerRow, RawCustomer};
use crate::shop::import::VisibleStores;
use crate::shop::import::invalid::{InvalidItems, ItemPosition, ItemProblem};
use crate::shop::import::sync_rows::KnownCustomer;
use crate::shop::import::value::RestValue;
use lac_model::bounded::ShortText;
use lac_store::{Result, Store};

impl<'s> CustomerFile<'s> {
    /// Checks rows with their indexes. `is_shared` says whether an address may
    /// only belong to one customer of all websites.
    pub(in crate::shop::import) fn from_rows(
        store: &'s dyn Store,
        rows: Vec<(u64, &KnownCustomer)>,
        visible: &VisibleStores,
        is_shared: bool,
        invalid: &mut InvalidItems,
    ) -> Result<Self> {
        let mut collector = Self::collector(store);
        for (at, customer) in rows {
            let name = customer.name.replace('\0', " ");
            let raw = RawCustomer {
                email: RestValue::Text((*customer.email).into()),
                name: RestValue::Text(name.trim().into()),
                active: RestValue::Bool(customer.active),
                ..RawCustomer::default()
            };
            let row = check_lengths(customer).and_then(|()| {
                let row = CustomerRow::from_raw(at, 0, &raw)?;
                let (website_id, store_view_id) = place(customer, visible)?;
                Ok(CustomerRow {
                    id: Some(customer.id.customer_id().to_stored()),
                    confirmed: Some(customer.confirmed),
                    website_id,
                    store_view_id,
                    ..row
                })
            });
            match row {
                Ok(row) => collector.push(&row)?,
                Err(problem) => invalid.skip_or_fail(ItemPosition::Row(at), problem)?,
            }
        }
        Ok(Self {
            is_shared,
            ..Self::find_duplicates(collector, ItemPosition::Row, invalid)?
        })
    }
}

/// The customer's website, and own store view if the row names one.
fn place(
    customer: &KnownCustomer,
    visible: &VisibleStores,
) -> std::result::Result<(i64, Option<i64>), ItemProblem> {
    let website = visible.website_by_code("website", &customer.website)?;
    let view = customer.store_view.as_deref();
    let view = view.map(|code| visible.store_view_by_code("store_view", code));
    Ok((website, view.transpose()?))
}

fn check_lengths(customer: &KnownCustomer) -> std::result::Result<(), ItemProblem> {
    let store_view = customer.store_view.as_deref().unwrap_or_default();
    for (field, text) in [
        ("email", &*customer.email),
        ("name", &*customer.name),
        ("website", &*customer.website),
        ("store_view", store_view),
    ] {
        ShortText::new(text).map_err(|e| ItemProblem::new(field, e.to_string()))?;
    }
    Ok(())
}
