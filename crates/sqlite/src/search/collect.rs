//! Collects the rows of a page.

use std::collections::BTreeMap;

use rusqlite::Row;
use rusqlite::types::ToSql;

use super::cursor::Cursor;
use super::text::{contains_ignore_case, prefix_upper_bound};
use crate::{Tx, customer_rows, rows};
use lac_model::customer::{Customer, email_key};
use lac_model::ids::CustomerId;
use lac_store::{CustomerReads, Result};

/// How many rows are read in the order of the index before the search gives up
/// and reads the table instead. Each row read in order needs a lookup in the
/// table: with a million customers and a text that none matches, it took 2 s
/// that way, and takes 0.2 s by reading the table.
const MAX_ORDERED_ROWS: usize = 100_000;

/// The part of the index to read.
#[derive(Debug, Clone, Copy)]
pub(super) enum KeyRange<'q> {
    All,
    Equals(&'q str),
    StartsWith(&'q str),
    NotStartsWith(&'q str),
}

/// The rows collected so far.
pub(super) struct PageCollector<'t, 's> {
    pub tx: &'t Tx<'s>,
    pub websites: Option<&'t [i64]>,
    pub found: Vec<Customer>,
    /// Collecting stops at this number.
    pub limit: usize,
}

impl PageCollector<'_, '_> {
    /// Adds the rows of a range, in order, up to the limit.
    pub(super) fn add_range(&mut self, range: KeyRange<'_>, after: Option<&Cursor>) -> Result<()> {
        self.for_each_row(range, after, |this, row| {
            this.found
                .extend(this.tx.skip_if_damaged(customer_rows::read_customer(row))?);
            Ok(this.found.len() < this.limit)
        })
    }

    /// Adds the rows that contain the text but do not begin with it, in order,
    /// up to the limit.
    pub(super) fn add_containing(&mut self, needle: &str, after: Option<&Cursor>) -> Result<()> {
        let max_rows = MAX_ORDERED_ROWS.max(50 * self.limit);
        let mut examined = 0;
        let mut gave_up_at = None;
        self.for_each_row(KeyRange::NotStartsWith(needle), after, |this, row| {
            examined += 1;
            let fits = row_contains(row, needle);
            if fits {
                this.found
                    .extend(this.tx.skip_if_damaged(customer_rows::read_customer(row))?);
            }
            if examined >= max_rows {
                gave_up_at = this.tx.skip_if_damaged(sort_key(row))?;
            }
            Ok(this.found.len() < this.limit && gave_up_at.is_none())
        })?;
        match gave_up_at {
            Some(place) if self.found.len() < self.limit => self.add_by_table_scan(needle, &place),
            _ => Ok(()),
        }
    }

    /// The same by reading the whole table in its own order.
    fn add_by_table_scan(&mut self, needle: &str, after: &(String, i64)) -> Result<()> {
        let left = self.limit - self.found.len();
        let mut first: BTreeMap<(String, i64), CustomerId> = BTreeMap::new();
        let sql = format!(
            "SELECT {} FROM customer WHERE 1=1{}",
            customer_rows::COLUMNS,
            self.website_condition()
        );
        let mut statement = self.tx.conn.prepare_cached(&sql).map_err(rows::to_fault)?;
        let mut all = statement.query([]).map_err(rows::to_fault)?;
        while let Some(row) = all.next().map_err(rows::to_fault)? {
            if !row_contains(row, needle) {
                continue;
            }
            let Some(place) = self.tx.skip_if_damaged(sort_key(row))? else {
                continue;
            };
            if place <= *after || place.0.starts_with(needle) {
                continue;
            }
            let Some(customer) = self.tx.skip_if_damaged(customer_rows::read_customer(row))? else {
                continue;
            };
            first.insert(place, customer.id);
            if first.len() > left {
                first.pop_last();
            }
        }
        for id in first.into_values() {
            self.found.extend(self.tx.customer(id)?);
        }
        Ok(())
    }

    /// Calls `take` with the rows of a range, in order, until it returns
    /// `false`.
    fn for_each_row(
        &mut self,
        range: KeyRange<'_>,
        after: Option<&Cursor>,
        mut take: impl FnMut(&mut Self, &Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        if self.found.len() >= self.limit {
            return Ok(());
        }
        let (sql, values) = self.select_sql(range, after);
        let mut statement = self.tx.conn.prepare_cached(&sql).map_err(rows::to_fault)?;
        let mut found = statement
            .query(rusqlite::params_from_iter(values))
            .map_err(rows::to_fault)?;
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            if !take(self, row)? {
                break;
            }
        }
        Ok(())
    }

    fn select_sql(
        &self,
        range: KeyRange<'_>,
        after: Option<&Cursor>,
    ) -> (String, Vec<Box<dyn ToSql>>) {
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut bind = |value: Box<dyn ToSql>| {
            values.push(value);
            format!("?{}", values.len())
        };
        let mut text = |text: &str| bind(Box::new(text.to_owned()));
        let within = match range {
            KeyRange::All => String::new(),
            KeyRange::Equals(key) => format!(" AND email_key = {}", text(key)),
            KeyRange::StartsWith(key) => {
                let low = format!(" AND email_key >= {}", text(key));
                match prefix_upper_bound(key) {
                    Some(high) => format!("{low} AND email_key < {}", text(&high)),
                    None => low,
                }
            }
            KeyRange::NotStartsWith(key) => {
                let low = text(key);
                match prefix_upper_bound(key) {
                    Some(high) => {
                        format!(" AND (email_key < {low} OR email_key >= {})", text(&high))
                    }
                    None => format!(" AND email_key < {low}"),
                }
            }
        };
        let beyond = after.map_or_else(String::new, |after| {
            let key = text(&after.email_key);
            format!(
                " AND (email_key, website_id) > ({key}, {})",
                after.website_id
            )
        });
        let on_websites = self.website_condition();
        let columns = customer_rows::COLUMNS;
        let sql = format!(
            "SELECT {columns} FROM customer WHERE 1=1{within}{beyond}{on_websites} \
             ORDER BY email_key, website_id"
        );
        (sql, values)
    }

    fn website_condition(&self) -> String {
        self.websites.map_or_else(String::new, |websites| {
            let list: Vec<String> = websites.iter().map(ToString::to_string).collect();
            format!(" AND website_id IN ({})", list.join(","))
        })
    }
}

/// Whether the address or the name contains the text, without regard to case. A
/// column that is not text contains nothing here; reading the row reports it.
fn row_contains(row: &Row<'_>, needle: &str) -> bool {
    let text = |index| {
        let value = row.get_ref(index).ok();
        value
            .and_then(|value| value.as_str().ok())
            .unwrap_or_default()
    };
    let (email, first, last) = (text(2), text(3), text(4));
    contains_ignore_case(email, needle)
        || contains_ignore_case(first, needle)
        || contains_ignore_case(last, needle)
        || (needle.contains(' ') && contains_ignore_case(&format!("{first} {last}"), needle))
}

/// A row's position in the order: address and website.
fn sort_key(row: &Row<'_>) -> Result<(String, i64)> {
    let email: String = rows::get(row, 2)?;
    Ok((email_key(&email), rows::get(row, 1)?))
}
