//! Notices for hooks, and the claims of those who deliver them.

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use super::rows::damaged_row;
use super::{Tx, rows};
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::notice::{DELIVERED_RETENTION, Hook, Notice, NoticeId, NoticeState};
use lac_model::time::Timestamp;
use lac_store::{
    DeliveryOutcome, NoticeQuery, OutboxReads, OutboxWrite, OutboxWrites, Permit, Result,
};

const TABLE: &str = "outbox";
pub(super) const COLUMNS: &str = "id, number, hook, session_id, customer_id, website_id, payload, created_at, \
                       attempts, next_at, last_error, delivered_at";

/// Due at `?1` and not claimed.
const DUE_CONDITION: &str = "next_at <= ?1 \
                   AND (claimed_until IS NULL OR claimed_until <= ?1 OR claimed_at > ?1)";

pub(super) fn read_notice(row: &Row<'_>) -> Result<Notice> {
    rows::with_row_name(parse_notice(row), TABLE, row, 0)
}

fn parse_notice(row: &Row<'_>) -> Result<Notice> {
    let id: String = rows::get(row, 0)?;
    let attempts: i64 = rows::get(row, 8)?;
    Ok(Notice {
        number: rows::get_u64(row, 1, "outbox")?,
        hook: rows::get_enum(row, 2, "outbox", &id, Hook::from_stored)?,
        session_id: rows::parse_text_opt(
            // The column is never null: a notice about consent has an empty one.
            rows::get::<Option<String>>(row, 3)?.filter(|text| !text.is_empty()),
            SessionId::new,
            TABLE,
            &id,
        )?,
        customer_id: CustomerId::from_stored(rows::get(row, 4)?)
            .ok_or_else(|| damaged_row("outbox", &id, "an impossible customer id"))?,
        website_id: rows::get(row, 5)?,
        payload: rows::get(row, 6)?,
        created_at: rows::get_time(row, 7)?,
        attempts: u32::try_from(attempts)
            .map_err(|_| damaged_row("outbox", &id, "an impossible number of attempts"))?,
        next_at: rows::get_time_opt(row, 9)?,
        last_error: rows::get(row, 10)?,
        delivered_at: rows::get_time_opt(row, 11)?,
        id: rows::parse_text(id.clone(), NoticeId::new, TABLE, &id)?,
    })
}

/// One statement selects and claims the notice, so that two couriers never get
/// the same one. A claim that begins after `now` was made by another clock and
/// does not count.
pub(crate) fn claim(conn: &Connection, now: Timestamp, until: Timestamp) -> Result<Option<Notice>> {
    let old = now.saturating_sub(DELIVERED_RETENTION);
    conn.execute("DELETE FROM outbox WHERE delivered_at < ?1", [old.micros()])
        .map_err(rows::to_fault)?;
    let mut statement = conn
        .prepare_cached(&format!(
            "UPDATE outbox SET claimed_at = ?1, claimed_until = ?2, attempts = attempts + 1 \
             WHERE number = (SELECT number FROM outbox WHERE {DUE_CONDITION} ORDER BY attempts, next_at, number LIMIT 1) RETURNING {COLUMNS}"
        ))
        .map_err(rows::to_fault)?;
    loop {
        let mut found = statement
            .query([now.micros(), until.micros()])
            .map_err(rows::to_fault)?;
        let Some(row) = found.next().map_err(rows::to_fault)? else {
            return Ok(None);
        };
        let (number, notice): (i64, _) = (rows::get(row, 1)?, read_notice(row));
        // The statement and its transaction end only when all rows are read.
        while found.next().map_err(rows::to_fault)?.is_some() {}
        match notice {
            Err(Fault::RowDamaged { .. }) => mark_damaged(conn, number)?,
            other => return other.map(Some),
        }
    }
}

/// A damaged notice cannot be delivered and must not hold up the others.
fn mark_damaged(conn: &Connection, number: i64) -> Result<()> {
    conn.execute(
        "UPDATE outbox SET claimed_at = NULL, claimed_until = NULL, next_at = NULL, \
         last_error = 'the row is damaged' WHERE number = ?1",
        [number],
    )
    .map_err(rows::to_fault)?;
    Ok(())
}

/// Deletes the payload after delivery, because it identifies the customer.
pub(crate) fn record_delivery(conn: &Connection, outcome: &DeliveryOutcome) -> Result<bool> {
    let changed = conn
        .execute(
            "UPDATE outbox SET claimed_at = NULL, claimed_until = NULL, delivered_at = ?3, \
             next_at = ?4, last_error = ?5, \
             payload = CASE WHEN ?3 IS NULL THEN payload END \
             WHERE id = ?1 AND attempts = ?2 AND claimed_until IS NOT NULL",
            params![
                outcome.id.as_str(),
                outcome.attempt,
                outcome.delivered_at.map(Timestamp::micros),
                outcome.next_at.map(Timestamp::micros),
                outcome.error,
            ],
        )
        .map_err(rows::to_fault)?;
    Ok(changed == 1)
}

impl OutboxReads for Tx<'_> {
    fn has_due_notice(&self, now: Timestamp) -> Result<bool> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM outbox WHERE {DUE_CONDITION})");
        let mut statement = self.conn.prepare_cached(&sql).map_err(rows::to_fault)?;
        statement
            .query_row([now.micros()], |row| row.get(0))
            .map_err(rows::to_fault)
    }

    fn notices(&self, query: &NoticeQuery) -> Result<Vec<Notice>> {
        let mut sql = format!("SELECT {COLUMNS} FROM outbox WHERE 1=1");
        sql += match query.state {
            None => "",
            Some(NoticeState::Delivered) => " AND delivered_at IS NOT NULL",
            Some(NoticeState::Due) => " AND delivered_at IS NULL AND next_at IS NOT NULL",
            Some(NoticeState::Failed) => " AND delivered_at IS NULL AND next_at IS NULL",
        };
        if let Some(websites) = &query.websites {
            let list: Vec<String> = websites.iter().map(ToString::to_string).collect();
            sql += &format!(" AND website_id IN ({})", list.join(","));
        }
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        if let Some(before) = query.before {
            values.push(Box::new(rows::to_i64(before)?));
            sql += " AND number < ?1";
        }
        sql += " ORDER BY number DESC";
        let mut statement = self.conn.prepare(&sql).map_err(rows::to_fault)?;
        let found = statement
            .query(rusqlite::params_from_iter(values.iter().map(AsRef::as_ref)))
            .map_err(rows::to_fault)?;
        self.collect_undamaged(found, query.limit, read_notice)
    }

    fn notice(&self, id: &NoticeId) -> Result<Option<Notice>> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1");
        self.query_one(&sql, id.as_str(), read_notice)
    }
}

impl OutboxWrites for Tx<'_> {
    fn notice_add(&self, _permit: &Permit<'_, OutboxWrite>, notice: &Notice) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO outbox (id, hook, session_id, customer_id, website_id, payload, \
                 created_at, next_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    notice.id.as_str(),
                    notice.hook.as_str(),
                    notice.session_id.as_ref().map_or("", SessionId::as_str),
                    notice.customer_id.to_stored(),
                    notice.website_id,
                    notice.payload,
                    notice.created_at.micros(),
                    notice.next_at.map(Timestamp::micros),
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn notice_retry(
        &self,
        _permit: &Permit<'_, OutboxWrite>,
        id: &NoticeId,
        at: Timestamp,
    ) -> Result<bool> {
        // A notice that is being delivered right now keeps its claim.
        let changed = self
            .conn
            .execute(
                "UPDATE outbox SET next_at = ?2, \
                 attempts = CASE WHEN claimed_until > ?2 THEN attempts ELSE 0 END \
                 WHERE id = ?1 AND delivered_at IS NULL",
                params![id.as_str(), at.micros()],
            )
            .map_err(rows::to_fault)?;
        Ok(changed == 1)
    }

    fn notices_remove_by_customer(
        &self,
        _permit: &Permit<'_, OutboxWrite>,
        id: CustomerId,
    ) -> Result<u64> {
        let removed = self
            .conn
            .execute(
                "DELETE FROM outbox WHERE customer_id = ?1",
                [id.to_stored()],
            )
            .map_err(rows::to_fault)?;
        Ok(removed as u64)
    }
}
