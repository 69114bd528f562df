//! Customers and their consent.

use rusqlite::{Row, params};

use super::customer_rows::{COLUMNS, read_customer};
use super::rows::damaged_row;
use super::{Tx, rows, search};
use lac_model::audit::StateKind;
use lac_model::customer::{Consent, ConsentSource, Customer, email_key};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;
use lac_store::{
    ConsentWrite, CustomerPage, CustomerQuery, CustomerReads, CustomerWrite, CustomerWrites,
    Permit, Result,
};

fn stored_id(row: &Row<'_>, column: usize, table: &str) -> Result<CustomerId> {
    let stored: i64 = rows::get(row, column)?;
    CustomerId::from_stored(stored).ok_or_else(|| damaged_row(table, stored, "an impossible id"))
}

/// Calls `each` for the rows of a query with these columns: id, granted, when
/// it changed, event, and end.
fn for_each_consent(
    tx: &Tx<'_>,
    sql: &str,
    each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>,
) -> Result<()> {
    let mut statement = tx.conn.prepare_cached(sql).map_err(rows::to_fault)?;
    let mut found = statement.query([]).map_err(rows::to_fault)?;
    while let Some(row) = found.next().map_err(rows::to_fault)? {
        let consent = || -> Result<(CustomerId, Consent)> {
            let consent = Consent {
                granted: rows::get(row, 1)?,
                changed_at: rows::get_time_opt(row, 2)?,
                seq: rows::get::<Option<i64>>(row, 3)?.map(i64::cast_unsigned),
                until: rows::get_time_opt(row, 4)?,
                ..Consent::default()
            };
            Ok((stored_id(row, 0, "customer")?, consent))
        };
        if let Some((id, consent)) = tx.skip_if_damaged(consent())? {
            each(id, &consent)?;
        }
    }
    Ok(())
}

impl CustomerReads for Tx<'_> {
    fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM customer WHERE id = ?1"))
            .map_err(rows::to_fault)?;
        rows::first_row(
            statement.query([id.to_stored()]).map_err(rows::to_fault)?,
            read_customer,
        )
    }

    fn customers_by_email(&self, email_key: &str) -> Result<Vec<Customer>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM customer WHERE email_key = ?1 ORDER BY website_id"
            ))
            .map_err(rows::to_fault)?;
        rows::collect(
            statement.query([email_key]).map_err(rows::to_fault)?,
            read_customer,
        )
    }

    fn customer_page(&self, query: &CustomerQuery) -> Result<CustomerPage> {
        search::search_page(self, query)
    }

    fn customer_count(&self) -> Result<u64> {
        self.conn
            .query_row("SELECT count(*) FROM customer", [], |row| {
                row.get::<_, i64>(0)
            })
            .map_err(rows::to_fault)
            .and_then(|n| u64::try_from(n).map_err(Fault::internal))
    }

    fn active_customers(
        &self,
        websites: Option<&[i64]>,
        each: &mut dyn FnMut(CustomerId) -> Result<()>,
    ) -> Result<()> {
        let mut sql = "SELECT id FROM customer WHERE active = 1".to_owned();
        if let Some(websites) = websites {
            let list: Vec<String> = websites.iter().map(ToString::to_string).collect();
            sql += &format!(" AND website_id IN ({})", list.join(","));
        }
        sql += " ORDER BY id";
        let mut statement = self.conn.prepare(&sql).map_err(rows::to_fault)?;
        let mut found = statement.query([]).map_err(rows::to_fault)?;
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            if let Some(id) = self.skip_if_damaged(stored_id(row, 0, "customer"))? {
                each(id)?;
            }
        }
        Ok(())
    }

    fn customer_former_ids(&self, id: CustomerId) -> Result<Vec<CustomerId>> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT former FROM customer_former WHERE customer_id = ?1 ORDER BY former",
            )
            .map_err(rows::to_fault)?;
        rows::collect(
            statement.query([id.to_stored()]).map_err(rows::to_fault)?,
            |row| {
                let stored: i64 = rows::get(row, 0)?;
                CustomerId::from_stored(stored)
                    .ok_or_else(|| damaged_row("customer_former", stored, "an impossible id"))
            },
        )
    }

    fn all_consents(&self, each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>) -> Result<()> {
        let sql = "SELECT id, consent_granted, consent_at, consent_seq, consent_until \
                   FROM customer NOT INDEXED ORDER BY id";
        for_each_consent(self, sql, each)
    }

    fn consents_to_compare(
        &self,
        each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>,
    ) -> Result<()> {
        let spoken = "SELECT id, consent_granted, consent_at, consent_seq, consent_until \
                      FROM customer NOT INDEXED \
                      WHERE consent_seq IS NOT NULL OR consent_granted <> 0 ORDER BY id";
        for_each_consent(self, spoken, each)?;
        let silent = "SELECT id, consent_granted, consent_at, consent_seq, consent_until \
                      FROM (SELECT DISTINCT customer_id FROM audit_event \
                      INDEXED BY audit_event_customer WHERE customer_id IS NOT NULL) AS known \
                      CROSS JOIN customer ON customer.id = known.customer_id \
                      WHERE consent_seq IS NULL AND consent_granted = 0";
        for_each_consent(self, silent, each)
    }

    fn former_customer_ids(
        &self,
        each: &mut dyn FnMut(CustomerId, CustomerId) -> Result<()>,
    ) -> Result<()> {
        let sql = "SELECT former, customer_id FROM customer_former NOT INDEXED ORDER BY former";
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::to_fault)?;
        let mut found = statement.query([]).map_err(rows::to_fault)?;
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            let table = "customer_former";
            let both =
                stored_id(row, 0, table).and_then(|from| Ok((from, stored_id(row, 1, table)?)));
            if let Some((from, to)) = self.skip_if_damaged(both)? {
                each(from, to)?;
            }
        }
        Ok(())
    }

    fn last_local_customer_number(&self) -> Result<i64> {
        let least: Option<i64> = self
            .conn
            .query_row(
                "SELECT min(least) FROM (SELECT min(id) AS least FROM customer \
                 UNION ALL SELECT min(former) FROM customer_former \
                 UNION ALL SELECT min(customer_id) FROM session \
                 UNION ALL SELECT min(customer_id) FROM login_request \
                 UNION ALL SELECT min(customer_id) FROM outbox \
                 UNION ALL SELECT min(customer_id) FROM document WHERE customer_id < 0 \
                 UNION ALL SELECT -max(local_customers) FROM audit_archive NOT INDEXED \
                 UNION ALL SELECT min(customer_id) FROM audit_event \
                 INDEXED BY audit_event_customer WHERE customer_id IS NOT NULL)",
                [],
                |row| row.get(0),
            )
            .map_err(rows::to_fault)?;
        Ok(least.map_or(0, |id| -id.min(0)))
    }
}

macro_rules! add_customer {
    ($conflict:literal) => {
        concat!(
            "INSERT INTO customer (id, website_id, email, email_key, first_name, last_name, \
             store_view_id, active, confirmed, created_at, updated_at, consent_granted, \
             consent_at, consent_source, consent_by, consent_seq, consent_until, vip, \
             guard_website_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
             ?14, ?15, ?16, ?17, ?18, ?19) ON CONFLICT ",
            $conflict
        )
    };
}

/// Adds no row if the id or the address is in use.
const ADD_CUSTOMER: &str = add_customer!("DO NOTHING");
const PUT_CUSTOMER: &str = add_customer!(
    "(id) DO UPDATE SET website_id = excluded.website_id, \
     email = excluded.email, email_key = excluded.email_key, \
     first_name = excluded.first_name, last_name = excluded.last_name, \
     store_view_id = excluded.store_view_id, active = excluded.active, \
     confirmed = excluded.confirmed, created_at = excluded.created_at, \
     updated_at = excluded.updated_at, consent_granted = excluded.consent_granted, \
     consent_at = excluded.consent_at, consent_source = excluded.consent_source, \
     consent_by = excluded.consent_by, consent_seq = excluded.consent_seq, \
     consent_until = excluded.consent_until, vip = excluded.vip, \
     guard_website_id = excluded.guard_website_id"
);

/// Executes one of the statements above; returns how many rows it changed.
fn execute_with_columns(tx: &Tx<'_>, sql: &str, customer: &Customer) -> Result<usize> {
    let consent = &customer.consent;
    tx.conn
        .prepare_cached(sql)
        .and_then(|mut s| {
            s.execute(params![
                customer.id.to_stored(),
                customer.website_id,
                customer.email,
                email_key(&customer.email),
                customer.first_name,
                customer.last_name,
                customer.store_view_id,
                customer.active,
                customer.confirmed,
                customer.created_at.map(Timestamp::micros),
                customer.updated_at.map(Timestamp::micros),
                consent.granted,
                consent.changed_at.map(Timestamp::micros),
                consent.source.map(ConsentSource::as_str),
                consent.changed_by,
                consent.seq.map(u64::cast_signed),
                consent.until.map(Timestamp::micros),
                customer.vip,
                customer.guard_website_id,
            ])
        })
        .map_err(|e| match rows::to_fault(e) {
            Fault::AlreadyExists { .. } => Fault::AlreadyExists {
                what: format!("another customer with the address {}", customer.email),
            },
            other => other,
        })
}

impl CustomerWrites for Tx<'_> {
    fn customer_put(&self, _permit: &Permit<'_, CustomerWrite>, customer: &Customer) -> Result<()> {
        // Most are new. Unlike an update, adding a row needs no journal of its
        // own that could undo this statement alone.
        if execute_with_columns(self, ADD_CUSTOMER, customer)? == 0 {
            execute_with_columns(self, PUT_CUSTOMER, customer)?;
        }
        Ok(())
    }

    fn customer_release_email(
        &self,
        _permit: &Permit<'_, CustomerWrite>,
        id: CustomerId,
    ) -> Result<()> {
        // An e-mail address never begins with a space, so this key is unique.
        self.conn
            .prepare_cached("UPDATE customer SET email_key = ' ' || id WHERE id = ?1")
            .and_then(|mut s| s.execute([id.to_stored()]))
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn customer_renumber(
        &self,
        _permit: &Permit<'_, CustomerWrite>,
        from: CustomerId,
        to: CustomerId,
    ) -> Result<()> {
        self.mark_changed(StateKind::FormerIds)?;
        for sql in [
            "UPDATE customer SET id = ?2 WHERE id = ?1",
            // Only `local:N` ids (negative numbers) are ever replaced, and the
            // index of documents contains only those.
            "UPDATE document SET customer_id = ?2 WHERE customer_id = ?1 AND customer_id < 0",
            "UPDATE session SET customer_id = ?2 WHERE customer_id = ?1",
            "UPDATE login_request SET customer_id = ?2 WHERE customer_id = ?1",
            "UPDATE outbox SET customer_id = ?2 WHERE customer_id = ?1",
            "INSERT INTO customer_former (former, customer_id) VALUES (?1, ?2)",
        ] {
            self.conn
                .prepare_cached(sql)
                .and_then(|mut s| s.execute([from.to_stored(), to.to_stored()]))
                .map_err(rows::to_fault)?;
        }
        Ok(())
    }

    fn customer_remove(&self, _permit: &Permit<'_, CustomerWrite>, id: CustomerId) -> Result<()> {
        self.conn
            .execute("DELETE FROM customer WHERE id = ?1", [id.to_stored()])
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn consent_put(
        &self,
        _permit: &Permit<'_, ConsentWrite>,
        id: CustomerId,
        consent: &Consent,
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE customer SET consent_granted = ?2, consent_at = ?3, consent_source = ?4, \
                 consent_by = ?5, consent_seq = ?6, consent_until = ?7 WHERE id = ?1",
            )
            .and_then(|mut s| {
                s.execute(params![
                    id.to_stored(),
                    consent.granted,
                    consent.changed_at.map(Timestamp::micros),
                    consent.source.map(ConsentSource::as_str),
                    consent.changed_by,
                    consent.seq.map(u64::cast_signed),
                    consent.until.map(Timestamp::micros),
                ])
            })
            .map_err(rows::to_fault)?;
        Ok(())
    }
}
