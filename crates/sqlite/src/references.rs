//! Counts what refers to a website, store group or store view.

use super::{Tx, rows};
use lac_store::Result;

const WEBSITE_REFERENCES: &[(&str, &str)] = &[
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
        "ask",
        "SELECT count(*) FROM consent_ask WHERE website_id = ?1",
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

const GROUP_REFERENCES: &[(&str, &str)] = &[(
    "store view",
    "SELECT count(*) FROM store_view WHERE group_id = ?1",
)];

const VIEW_REFERENCES: &[(&str, &str)] = &[
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
    pub(super) fn references_to_website(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.count_references(WEBSITE_REFERENCES, id)
    }

    pub(super) fn references_to_group(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.count_references(GROUP_REFERENCES, id)
    }

    pub(super) fn references_to_view(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.count_references(VIEW_REFERENCES, id)
    }

    fn count_references(&self, of: &[(&str, &str)], id: i64) -> Result<Vec<(String, u64)>> {
        let mut found = Vec::new();
        for (noun, sql) in of {
            let mut statement = self.conn.prepare(sql).map_err(rows::to_fault)?;
            let count = rows::first_row(statement.query([id]).map_err(rows::to_fault)?, |row| {
                rows::get_u64(row, 0, noun)
            })?;
            if let Some(count) = count.filter(|count| *count > 0) {
                found.push(((*noun).to_owned(), count));
            }
        }
        Ok(found)
    }
}
