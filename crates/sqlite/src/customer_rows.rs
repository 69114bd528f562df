//! Reading rows of customers.

use rusqlite::Row;

use super::rows;
use super::rows::damaged_row;
use lac_model::customer::{Consent, ConsentSource, Customer};
use lac_model::ids::CustomerId;
use lac_store::Result;

pub(super) const COLUMNS: &str = "id, website_id, email, first_name, last_name, store_view_id, active, confirmed, created_at, \
     updated_at, consent_granted, consent_at, consent_source, consent_by, consent_seq, consent_until, \
     vip, guard_website_id";

/// A condition that holds for every row that [`read_customer`] cannot read.
pub(super) const SUSPICIOUS: &str = "id = 0 OR typeof(website_id) <> 'integer' OR typeof(email) <> 'text' \
     OR typeof(first_name) <> 'text' OR typeof(last_name) <> 'text' \
     OR typeof(store_view_id) NOT IN ('integer', 'null') OR typeof(active) <> 'integer' \
     OR typeof(confirmed) <> 'integer' OR typeof(created_at) NOT IN ('integer', 'null') \
     OR typeof(updated_at) NOT IN ('integer', 'null') OR typeof(vip) <> 'integer' \
     OR typeof(guard_website_id) NOT IN ('integer', 'null') \
     OR typeof(consent_granted) <> 'integer' OR typeof(consent_at) NOT IN ('integer', 'null') \
     OR typeof(consent_by) NOT IN ('text', 'null') OR typeof(consent_until) NOT IN ('integer', 'null') \
     OR consent_source IS NOT NULL OR consent_seq < 0 OR typeof(consent_seq) NOT IN ('integer', 'null')";

pub(super) fn read_customer(row: &Row<'_>) -> Result<Customer> {
    rows::with_row_name(parse_customer(row), "customer", row, 0)
}

fn parse_customer(row: &Row<'_>) -> Result<Customer> {
    let stored: i64 = rows::get(row, 0)?;
    let id = CustomerId::from_stored(stored)
        .ok_or_else(|| damaged_row("customer", stored, "an impossible id"))?;
    let source = rows::get::<Option<String>>(row, 12)?
        .map(|text| {
            ConsentSource::from_stored(&text).ok_or_else(|| {
                damaged_row("customer", id, format!("unknown consent source {text:?}"))
            })
        })
        .transpose()?;
    let seq = rows::get::<Option<i64>>(row, 14)?
        .map(|seq| u64::try_from(seq).map_err(|_| damaged_row("customer", id, "a negative seq")))
        .transpose()?;
    Ok(Customer {
        id,
        website_id: rows::get(row, 1)?,
        email: rows::get(row, 2)?,
        first_name: rows::get(row, 3)?,
        last_name: rows::get(row, 4)?,
        store_view_id: rows::get(row, 5)?,
        active: rows::get(row, 6)?,
        confirmed: rows::get(row, 7)?,
        created_at: rows::get_time_opt(row, 8)?,
        updated_at: rows::get_time_opt(row, 9)?,
        vip: rows::get(row, 16)?,
        guard_website_id: rows::get(row, 17)?,
        consent: Consent {
            granted: rows::get(row, 10)?,
            changed_at: rows::get_time_opt(row, 11)?,
            source,
            changed_by: rows::get(row, 13)?,
            seq,
            until: rows::get_time_opt(row, 15)?,
        },
    })
}
