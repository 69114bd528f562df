//! Leaves damaged rows out of lists, and finds them.

use rusqlite::{Row, Rows};

use super::rows::{self, InvalidOptional};
use super::{Tx, access, consent_asks, customer_rows, outbox, requests, sessions, tokens};
use lac_model::fault::Fault;
use lac_store::{DamageReads, DamagedRow, Result};

impl Tx<'_> {
    /// Reads at most `max` rows of a query. Damaged rows are left out and
    /// counted.
    pub(super) fn collect_undamaged<T>(
        &self,
        mut found: Rows<'_>,
        max: Option<usize>,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while max.is_none_or(|max| all.len() < max) {
            let Some(row) = found.next().map_err(rows::to_fault)? else {
                break;
            };
            all.extend(self.skip_if_damaged(read(row))?);
        }
        Ok(all)
    }

    /// A row; `None` if it is damaged, which is counted.
    pub(super) fn skip_if_damaged<T>(&self, read: Result<T>) -> Result<Option<T>> {
        match read {
            Ok(row) => Ok(Some(row)),
            Err(Fault::RowDamaged { .. }) => {
                self.skipped_rows.set(self.skipped_rows.get() + 1);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}

/// Reads a row only to see whether that is possible.
type RowCheck = fn(&Tx<'_>, &Row<'_>) -> Result<()>;

/// The rows to check, and how. Of `customer`, which may be large, SQL selects
/// the rows that look wrong.
fn row_checks() -> [(String, RowCheck); 9] {
    [
        (access::SELECT_ROLE.to_owned(), |tx, row| {
            tx.read_role(row).map(drop)
        }),
        (access::SELECT_USER.to_owned(), |_, row| {
            access::read_user(row).map(drop)
        }),
        (access::SELECT_STOREFRONT.to_owned(), |tx, row| {
            tx.read_storefront(row).map(drop)
        }),
        (tokens::SELECT.to_owned(), |tx, row| {
            tx.read_token(row).map(drop)
        }),
        (sessions::SELECT.to_owned(), |_, row| {
            sessions::read_session_with(row, InvalidOptional::ReportDamage).map(drop)
        }),
        (requests::SELECT.to_owned(), |_, row| {
            requests::read_request_with(row, InvalidOptional::ReportDamage).map(drop)
        }),
        (consent_asks::SELECT.to_owned(), |_, row| {
            consent_asks::read_ask_with(row, InvalidOptional::ReportDamage).map(drop)
        }),
        (
            format!("SELECT {} FROM outbox", outbox::COLUMNS),
            |_, row| outbox::read_notice(row).map(drop),
        ),
        (
            format!(
                "SELECT {} FROM customer WHERE {}",
                customer_rows::COLUMNS,
                customer_rows::SUSPICIOUS
            ),
            |_, row| customer_rows::read_customer(row).map(drop),
        ),
    ]
}

impl DamageReads for Tx<'_> {
    fn skipped_row_count(&self) -> u64 {
        self.skipped_rows.get()
    }

    fn damaged_rows(&self, max: usize) -> Result<(Vec<DamagedRow>, u64)> {
        let (mut all, mut count) = (Vec::new(), 0);
        for (sql, check) in row_checks() {
            let mut statement = self.conn.prepare(&sql).map_err(rows::to_fault)?;
            let mut found = statement.query([]).map_err(rows::to_fault)?;
            while let Some(row) = found.next().map_err(rows::to_fault)? {
                match check(self, row) {
                    Ok(()) => {}
                    Err(Fault::RowDamaged { table, id, problem }) => {
                        count += 1;
                        if all.len() < max {
                            all.push(DamagedRow { table, id, problem });
                        }
                    }
                    Err(other) => return Err(other),
                }
            }
        }
        Ok((all, count))
    }
}
