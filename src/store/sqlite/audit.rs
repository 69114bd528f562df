//! The audit log's rows.

use rusqlite::types::ToSql;
use rusqlite::{Row, params};

use super::{Tx, damaged, rows};
use crate::domain::audit::{Event, Sealed, StoredEvent};
use crate::domain::ids::{CustomerId, SessionId, Ticket};
use crate::domain::merkle::Hash;
use crate::store::log::Pen;
use crate::store::{AuditReads, AuditWrites, EventQuery, Head, Result};

fn read(row: &Row<'_>) -> Result<StoredEvent> {
    Ok(StoredEvent {
        seq: rows::uint(row, 0, "audit_event")?,
        record: rows::get(row, 1)?,
        shopper: rows::get(row, 2)?,
        staff: rows::get(row, 3)?,
    })
}

impl AuditReads for Tx<'_> {
    fn audit_head(&self) -> Result<Option<Head>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT size, nodes, last_time, note FROM audit_head WHERE id = 1")
            .map_err(rows::fault)?;
        rows::first(statement.query([]).map_err(rows::fault)?, |row| {
            Ok(Head {
                size: rows::uint(row, 0, "audit_head")?,
                nodes: rows::get(row, 1)?,
                last_time: rows::time(row, 2)?,
                note: rows::get(row, 3)?,
            })
        })
    }

    fn audit_last_seq(&self) -> Result<u64> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM audit_event")
            .map_err(rows::fault)?;
        let last = rows::first(statement.query([]).map_err(rows::fault)?, |row| {
            rows::uint(row, 0, "audit_event")
        })?;
        Ok(last.unwrap_or(0))
    }

    fn audit_event(&self, seq: u64) -> Result<Option<StoredEvent>> {
        let Ok(seq) = rows::int(seq) else {
            return Ok(None);
        };
        let mut statement = self
            .conn
            .prepare_cached("SELECT seq, record, shopper, staff FROM audit_event WHERE seq = ?1")
            .map_err(rows::fault)?;
        rows::first(statement.query([seq]).map_err(rows::fault)?, read)
    }

    fn audit_events(
        &self,
        query: &EventQuery,
        each: &mut dyn FnMut(StoredEvent) -> Result<()>,
    ) -> Result<()> {
        let (sql, values) = select(self, query)?;
        let mut statement = self.conn.prepare(&sql).map_err(rows::fault)?;
        let mut found = statement
            .query(rusqlite::params_from_iter(values.iter().map(AsRef::as_ref)))
            .map_err(rows::fault)?;
        while let Some(row) = found.next().map_err(rows::fault)? {
            each(read(row)?)?;
        }
        Ok(())
    }

    fn audit_records(
        &self,
        first: u64,
        last: u64,
        each: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT seq, record FROM audit_event WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
            )
            .map_err(rows::fault)?;
        let mut found = statement
            .query([rows::int(first)?, rows::int(last)?])
            .map_err(rows::fault)?;
        while let Some(row) = found.next().map_err(rows::fault)? {
            let seq = rows::uint(row, 0, "audit_event")?;
            let record = row.get_ref(1).map_err(rows::fault)?;
            let bytes = record
                .as_bytes()
                .map_err(|e| damaged("audit_event", seq, e))?;
            each(seq, bytes)?;
        }
        Ok(())
    }

    fn audit_subtrees(&self, count: u64) -> Result<Vec<Hash>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT idx, root FROM audit_subtree WHERE idx < ?1 ORDER BY idx")
            .map_err(rows::fault)?;
        rows::collect(
            statement.query([rows::int(count)?]).map_err(rows::fault)?,
            |row| {
                let idx: i64 = rows::get(row, 0)?;
                Hash::try_from(rows::get::<Vec<u8>>(row, 1)?)
                    .map_err(|_| damaged("audit_subtree", idx, "not 32 bytes"))
            },
        )
    }
}

type Values = Vec<Box<dyn ToSql>>;

/// Time grows with seq, so that a time window is a range of seqs: two binary
/// searches instead of an index.
fn select(tx: &Tx<'_>, query: &EventQuery) -> Result<(String, Values)> {
    let mut sql = "SELECT seq, record, shopper, staff FROM audit_event WHERE 1=1".to_owned();
    let mut values: Values = Vec::new();
    let mut bind = |value: Box<dyn ToSql>| {
        values.push(value);
        format!("?{}", values.len())
    };
    if let Some(since) = query.since {
        sql += &format!(" AND seq >= {}", first_from(tx, since.micros())?);
    }
    if let Some(until) = query.until {
        sql += &format!(" AND seq < {}", first_from(tx, until.micros())?);
    }
    if let Some(after) = query.after {
        let sign = if query.ascending { '>' } else { '<' };
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        sql += &format!(" AND seq {sign} {after}");
    }
    let any_of = |column: &str, places: Vec<String>| {
        if places.is_empty() {
            String::new()
        } else {
            format!(" AND {column} IN ({})", places.join(","))
        }
    };
    let places = query
        .groups
        .iter()
        .map(|g| bind(Box::new(g.as_str())))
        .collect();
    sql += &any_of("action_group", places);
    let places = query
        .actions
        .iter()
        .map(|a| bind(Box::new(a.clone())))
        .collect();
    sql += &any_of("action", places);
    let places = query
        .admins
        .iter()
        .map(|a| bind(Box::new(a.clone())))
        .collect();
    sql += &any_of("admin", places);
    let places = query
        .customers
        .iter()
        .map(|c| bind(Box::new(c.stored())))
        .collect();
    sql += &any_of("customer_id", places);
    if let Some(outcome) = query.outcome {
        sql += &format!(" AND result = '{}'", outcome.as_str());
    }
    if let Some(visible) = &query.visible {
        let places: Vec<String> = visible
            .websites
            .iter()
            .map(|w| bind(Box::new(w.clone())))
            .collect();
        let own = bind(Box::new(visible.admin_id));
        sql += &format!(
            " AND (website IN ({}) OR admin_id = {own})",
            places.join(",")
        );
    }
    sql += if query.ascending {
        " ORDER BY seq"
    } else {
        " ORDER BY seq DESC"
    };
    if let Some(limit) = query.limit {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        sql += &format!(" LIMIT {limit}");
    }
    Ok((sql, values))
}

/// The first seq whose time is not before `micros`.
fn first_from(tx: &Tx<'_>, micros: i64) -> Result<i64> {
    let mut low = 1;
    let mut high = rows::int(tx.audit_last_seq()?)? + 1;
    let mut statement = tx
        .conn
        .prepare_cached("SELECT seq, time FROM audit_event WHERE seq >= ?1 ORDER BY seq LIMIT 1")
        .map_err(rows::fault)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let found = rows::first(statement.query([middle]).map_err(rows::fault)?, |row| {
            Ok((rows::get::<i64>(row, 0)?, rows::get::<i64>(row, 1)?))
        })?;
        match found {
            Some((seq, time)) if time < micros => low = seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

impl AuditWrites for Tx<'_> {
    fn audit_put(&self, _pen: &Pen, event: &Event, sealed: &Sealed) -> Result<()> {
        let shopper = sealed.parts.shopper.as_ref();
        self.conn
            .prepare_cached(
                "INSERT INTO audit_event (seq, time, action_group, action, result, admin, \
                 admin_id, session_id, customer_id, website, store_view, document, ticket, \
                 record, shopper, shopper_salt, staff, staff_salt) VALUES (?1, ?2, ?3, ?4, ?5, \
                 ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )
            .and_then(|mut s| {
                s.execute(params![
                    sealed.seq.cast_signed(),
                    sealed.time.micros(),
                    event.action.group().as_str(),
                    event.action.name(),
                    event.outcome.as_str(),
                    event.admin,
                    event.admin_id,
                    event.session_id.as_ref().map(SessionId::as_str),
                    event.customer_id.map(CustomerId::stored),
                    event.website,
                    event.store_view,
                    event.document.as_ref().map(ToString::to_string),
                    event.ticket.as_ref().map(Ticket::as_str),
                    sealed.record,
                    shopper.map(|(text, _)| text),
                    shopper.map(|(_, salt)| salt.as_slice()),
                    sealed.parts.staff.0,
                    sealed.parts.staff.1.as_slice(),
                ])
            })
            .map_err(rows::fault)?;
        Ok(())
    }

    fn audit_put_subtree(&self, _pen: &Pen, idx: u64, root: &Hash) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO audit_subtree (idx, root) VALUES (?1, ?2)",
                params![rows::int(idx)?, root.as_slice()],
            )
            .map_err(rows::fault)?;
        Ok(())
    }

    fn audit_put_head(&self, _pen: &Pen, head: &Head) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO audit_head (id, size, nodes, last_time, note) \
                 VALUES (1, ?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET size = excluded.size, \
                 nodes = excluded.nodes, last_time = excluded.last_time, note = excluded.note",
            )
            .and_then(|mut s| {
                s.execute(params![
                    head.size.cast_signed(),
                    head.nodes,
                    head.last_time.micros(),
                    head.note
                ])
            })
            .map_err(rows::fault)?;
        Ok(())
    }
}
