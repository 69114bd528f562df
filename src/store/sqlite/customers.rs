//! Customers and their consent.

use rusqlite::types::ToSql;
use rusqlite::{Row, params};

use super::{Tx, damaged, rows};
use crate::domain::customer::{Consent, ConsentSource, Customer, email_key};
use crate::domain::fault::Fault;
use crate::domain::ids::CustomerId;
use crate::domain::time::Timestamp;
use crate::store::{CustomerPage, CustomerQuery, CustomerReads, CustomerWrites, Permit, Result};

pub(super) const COLUMNS: &str = "id, website_id, email, first_name, last_name, store_view_id, active, confirmed, created_at, \
     updated_at, consent_granted, consent_at, consent_source, consent_by, consent_seq";

pub(super) fn read(row: &Row<'_>) -> Result<Customer> {
    let stored: i64 = rows::get(row, 0)?;
    let id = CustomerId::from_stored(stored)
        .ok_or_else(|| damaged("customer", stored, "an impossible id"))?;
    let source = rows::get::<Option<String>>(row, 12)?
        .map(|text| {
            ConsentSource::from_stored(&text)
                .ok_or_else(|| damaged("customer", id, format!("unknown consent source {text:?}")))
        })
        .transpose()?;
    let seq = rows::get::<Option<i64>>(row, 14)?
        .map(|seq| u64::try_from(seq).map_err(|_| damaged("customer", id, "a negative seq")))
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
        created_at: rows::time_opt(row, 8)?,
        updated_at: rows::time_opt(row, 9)?,
        consent: Consent {
            granted: rows::get(row, 10)?,
            changed_at: rows::time_opt(row, 11)?,
            source,
            changed_by: rows::get(row, 13)?,
            seq,
        },
    })
}

impl CustomerReads for Tx<'_> {
    fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM customer WHERE id = ?1"))
            .map_err(rows::fault)?;
        rows::first(statement.query([id.stored()]).map_err(rows::fault)?, read)
    }

    fn customers_by_email(&self, email_key: &str) -> Result<Vec<Customer>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM customer WHERE email_key = ?1 ORDER BY website_id"
            ))
            .map_err(rows::fault)?;
        rows::collect(statement.query([email_key]).map_err(rows::fault)?, read)
    }

    fn customer_page(&self, query: &CustomerQuery) -> Result<CustomerPage> {
        page(self, query)
    }

    fn customer_count(&self) -> Result<u64> {
        self.conn
            .query_row("SELECT count(*) FROM customer", [], |row| {
                row.get::<_, i64>(0)
            })
            .map_err(rows::fault)
            .and_then(|n| u64::try_from(n).map_err(Fault::internal))
    }

    fn last_local_customer(&self) -> Result<i64> {
        let least: Option<i64> = self
            .conn
            .query_row(
                "SELECT min(least) FROM (SELECT min(id) AS least FROM customer \
                 UNION ALL SELECT min(customer_id) FROM session \
                 UNION ALL SELECT min(customer_id) FROM audit_event WHERE customer_id IS NOT NULL)",
                [],
                |row| row.get(0),
            )
            .map_err(rows::fault)?;
        Ok(least.map_or(0, |id| -id.min(0)))
    }
}

/// The least text above every text that begins with `prefix`.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            other => char::from_u32(other as u32 + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// Addresses that begin with the text come first, by the index; the rest of
/// the matches follow in the same order, by a scan that stops at the limit.
/// The cursor is the phase (`p` or `s`) and the last row's key.
fn page(tx: &Tx<'_>, query: &CustomerQuery) -> Result<CustomerPage> {
    let mut customers = Vec::new();
    let needle = query
        .email_prefix
        .as_deref()
        .or(query.search.as_deref())
        .map(email_key);
    let (phase, from) = match query.after.as_deref() {
        None => ("p", None),
        Some(cursor) => {
            let (phase, id) = read_cursor(cursor)?;
            let key: Option<(String, i64)> = {
                let mut s = tx
                    .conn
                    .prepare_cached("SELECT email_key, website_id FROM customer WHERE id = ?1")
                    .map_err(rows::fault)?;
                rows::first(s.query([id.stored()]).map_err(rows::fault)?, |row| {
                    Ok((rows::get(row, 0)?, rows::get(row, 1)?))
                })?
            };
            let gone = || Fault::invalid("--after", "the cursor's customer no longer exists");
            (phase, Some(key.ok_or_else(gone)?))
        }
    };
    let want = query.limit.saturating_add(1);
    let mut in_second = phase == "s";
    if phase == "p" {
        select(
            tx,
            query,
            needle.as_deref(),
            false,
            from.as_ref(),
            want,
            &mut customers,
        )?;
    }
    let prefix_rows = customers.len();
    if customers.len() < want && needle.is_some() && query.email_prefix.is_none() {
        let from = if in_second { from.as_ref() } else { None };
        let left = want - customers.len();
        select(
            tx,
            query,
            needle.as_deref(),
            true,
            from,
            left,
            &mut customers,
        )?;
        in_second = true;
    }
    let next = (customers.len() > query.limit).then(|| {
        customers.truncate(query.limit);
        let phase = if in_second && query.limit > prefix_rows {
            "s"
        } else {
            "p"
        };
        customers.last().map(|last| format!("{phase}{}", last.id))
    });
    let next = match next {
        Some(Some(cursor)) => Some(cursor),
        _ => None,
    };
    Ok(CustomerPage { customers, next })
}

fn read_cursor(cursor: &str) -> Result<(&'static str, CustomerId)> {
    let bad = || Fault::invalid("--after", "not a cursor of this list");
    let phase = match cursor.get(..1) {
        Some("p") => "p",
        Some("s") => "s",
        _ => return Err(bad()),
    };
    let id = cursor[1..].parse().map_err(|_| bad())?;
    Ok((phase, id))
}

/// One phase: rows whose address begins with the needle, or (`rest`) those
/// that only hold it somewhere.
fn select(
    tx: &Tx<'_>,
    query: &CustomerQuery,
    needle: Option<&str>,
    rest: bool,
    from: Option<&(String, i64)>,
    limit: usize,
    found: &mut Vec<Customer>,
) -> Result<()> {
    let mut sql = format!("SELECT {COLUMNS} FROM customer WHERE 1=1");
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    let mut bind = |value: Box<dyn ToSql>| {
        values.push(value);
        format!("?{}", values.len())
    };
    if let Some((key, website)) = from {
        let (key, website) = (bind(Box::new(key.clone())), bind(Box::new(*website)));
        sql += &format!(" AND (email_key, website_id) > ({key}, {website})");
    }
    if let Some(needle) = needle {
        let low = bind(Box::new(needle.to_owned()));
        let high = after_prefix(needle).map(|high| bind(Box::new(high)));
        if rest {
            let outside = high.map_or(String::new(), |high| format!(" OR email_key >= {high}"));
            sql += &format!(" AND (email_key < {low}{outside})");
        } else {
            sql += &format!(" AND email_key >= {low}");
            if let Some(high) = high {
                sql += &format!(" AND email_key < {high}");
            }
        }
    }
    if let Some(websites) = &query.websites {
        let list: Vec<String> = websites.iter().map(ToString::to_string).collect();
        sql += &format!(" AND website_id IN ({})", list.join(","));
    }
    sql += " ORDER BY email_key, website_id";
    let mut statement = tx.conn.prepare(&sql).map_err(rows::fault)?;
    let mut rows = statement
        .query(rusqlite::params_from_iter(values.iter().map(AsRef::as_ref)))
        .map_err(rows::fault)?;
    let mut left = limit;
    while left > 0 {
        let Some(row) = rows.next().map_err(rows::fault)? else {
            break;
        };
        if let (true, Some(needle)) = (rest, needle)
            && !holds(row, needle)?
        {
            continue;
        }
        found.push(read(row)?);
        left -= 1;
    }
    Ok(())
}

/// Whether address or name holds the needle, without regard to case.
fn holds(row: &Row<'_>, needle: &str) -> Result<bool> {
    let text = |index| -> Result<&str> {
        row.get_ref(index)
            .map_err(rows::fault)?
            .as_str()
            .map_err(|e| damaged("customer", "text", e))
    };
    let (email, first, last) = (text(2)?, text(3)?, text(4)?);
    if contains(email, needle) || contains(first, needle) || contains(last, needle) {
        return Ok(true);
    }
    Ok(needle.contains(' ') && contains(&format!("{first} {last}"), needle))
}

/// `needle` is lower case already. No allocation for ASCII, the usual case.
fn contains(text: &str, needle: &str) -> bool {
    if text.is_ascii() && needle.is_ascii() {
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        return needle.is_empty()
            || text
                .windows(needle.len())
                .any(|w| w.eq_ignore_ascii_case(needle));
    }
    text.to_lowercase().contains(needle)
}

impl CustomerWrites for Tx<'_> {
    fn customer_put(&self, _permit: &Permit<'_>, customer: &Customer) -> Result<()> {
        let consent = &customer.consent;
        self.conn
            .prepare_cached(
                "INSERT INTO customer (id, website_id, email, email_key, first_name, last_name, \
                 store_view_id, active, confirmed, created_at, updated_at, consent_granted, \
                 consent_at, consent_source, consent_by, consent_seq) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
                 ON CONFLICT (id) DO UPDATE SET website_id = excluded.website_id, \
                 email = excluded.email, email_key = excluded.email_key, \
                 first_name = excluded.first_name, last_name = excluded.last_name, \
                 store_view_id = excluded.store_view_id, active = excluded.active, \
                 confirmed = excluded.confirmed, created_at = excluded.created_at, \
                 updated_at = excluded.updated_at, consent_granted = excluded.consent_granted, \
                 consent_at = excluded.consent_at, consent_source = excluded.consent_source, \
                 consent_by = excluded.consent_by, consent_seq = excluded.consent_seq",
            )
            .and_then(|mut s| {
                s.execute(params![
                    customer.id.stored(),
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
                ])
            })
            .map_err(|e| match rows::fault(e) {
                Fault::AlreadyExists { .. } => Fault::AlreadyExists {
                    what: format!("another customer with the address {}", customer.email),
                },
                other => other,
            })?;
        Ok(())
    }

    fn customer_renumber(
        &self,
        _permit: &Permit<'_>,
        from: CustomerId,
        to: CustomerId,
    ) -> Result<()> {
        for sql in [
            "UPDATE customer SET id = ?2 WHERE id = ?1",
            "UPDATE document SET customer_id = ?2 WHERE customer_id = ?1",
            "UPDATE session SET customer_id = ?2 WHERE customer_id = ?1",
        ] {
            self.conn
                .execute(sql, [from.stored(), to.stored()])
                .map_err(rows::fault)?;
        }
        Ok(())
    }

    fn customer_remove(&self, _permit: &Permit<'_>, id: CustomerId) -> Result<()> {
        self.conn
            .execute("DELETE FROM customer WHERE id = ?1", [id.stored()])
            .map_err(rows::fault)?;
        Ok(())
    }

    fn consent_put(&self, _permit: &Permit<'_>, id: CustomerId, consent: &Consent) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE customer SET consent_granted = ?2, consent_at = ?3, consent_source = ?4, \
                 consent_by = ?5, consent_seq = ?6 WHERE id = ?1",
            )
            .and_then(|mut s| {
                s.execute(params![
                    id.stored(),
                    consent.granted,
                    consent.changed_at.map(Timestamp::micros),
                    consent.source.map(ConsentSource::as_str),
                    consent.changed_by,
                    consent.seq.map(u64::cast_signed),
                ])
            })
            .map_err(rows::fault)?;
        Ok(())
    }
}
