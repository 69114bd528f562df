//! What refers to a website, store group or store view.

use super::{Tx, rows};
use lac_store::Result;

const OF_WEBSITE: &[(&str, &str)] = &[
    (
        "store group",
        "SELECT count(*) FROM store_group WHERE website_id = ?1",
    ),
    (
        "store view",
        "SELECT count(*) FROM store_view WHERE website_id = ?1",
    ),
    (
        "customer",
        "SELECT count(*) FROM customer WHERE website_id = ?1",
    ),
    (
        "customer with an unconfirmed move",
        "SELECT count(*) FROM customer WHERE guard_website_id = ?1",
    ),
    (
        "session",
        "SELECT count(*) FROM session WHERE website_id = ?1",
    ),
    (
        "request",
        "SELECT count(*) FROM login_request WHERE website_id = ?1",
    ),
    (
        "role",
        "SELECT count(*) FROM role_website WHERE website_id = ?1",
    ),
    (
        "storefront",
        "SELECT count(*) FROM storefront_website WHERE website_id = ?1",
    ),
];

const OF_GROUP: &[(&str, &str)] = &[(
    "store view",
    "SELECT count(*) FROM store_view WHERE group_id = ?1",
)];

const OF_VIEW: &[(&str, &str)] = &[
    (
        "customer",
        "SELECT count(*) FROM customer WHERE store_view_id = ?1",
    ),
    (
        "document",
        "SELECT count(*) FROM document WHERE store_view_id = ?1",
    ),
    (
        "session",
        "SELECT count(*) FROM session WHERE store_view_id = ?1",
    ),
];

impl Tx<'_> {
    pub(super) fn uses_of_website(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.uses(OF_WEBSITE, id)
    }

    pub(super) fn uses_of_group(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.uses(OF_GROUP, id)
    }

    pub(super) fn uses_of_view(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.uses(OF_VIEW, id)
    }

    fn uses(&self, of: &[(&str, &str)], id: i64) -> Result<Vec<(String, u64)>> {
        let mut found = Vec::new();
        for (noun, sql) in of {
            let mut statement = self.conn.prepare(sql).map_err(rows::fault)?;
            let count = rows::first(statement.query([id]).map_err(rows::fault)?, |row| {
                rows::uint(row, 0, noun)
            })?;
            if let Some(count) = count.filter(|count| *count > 0) {
                found.push(((*noun).to_owned(), count));
            }
        }
        Ok(found)
    }
}
