//! Adds events and archives, and erases personal data.

use rusqlite::params;

use super::super::{Tx, rows};
use lac_model::audit::{Event, SealedEvent};
use lac_model::bytes::Hash;
use lac_model::ids::{CustomerId, SessionId, Ticket};
use lac_store::AppendToken;
use lac_store::{ArchiveRow, AuditWrites, Result, TreeHead};

impl AuditWrites for Tx<'_> {
    fn audit_put(&self, _token: &AppendToken, event: &Event, sealed: &SealedEvent) -> Result<()> {
        let shopper = sealed.parts.customer_part.as_ref();
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
                    event.customer_id.map(CustomerId::to_stored),
                    event.website,
                    event.store_view,
                    event.document.as_ref().map(ToString::to_string),
                    event.ticket.as_ref().map(Ticket::as_str),
                    sealed.record,
                    shopper.map(|(text, _)| text),
                    shopper.map(|(_, salt)| salt.as_slice()),
                    sealed.parts.staff_part.0,
                    sealed.parts.staff_part.1.as_slice(),
                ])
            })
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn audit_put_subtree(&self, _token: &AppendToken, idx: u64, root: &Hash) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO audit_subtree (idx, root) VALUES (?1, ?2)",
                params![rows::to_i64(idx)?, root.as_slice()],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn audit_put_head(&self, _token: &AppendToken, head: &TreeHead) -> Result<()> {
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
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn audit_put_archive(&self, _token: &AppendToken, archive: &ArchiveRow) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO audit_archive (first, last, name, since, until, bytes, sha256, nodes, \
                 local_customers) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (first) DO UPDATE SET \
                 last = excluded.last, name = excluded.name, since = excluded.since, \
                 until = excluded.until, bytes = excluded.bytes, sha256 = excluded.sha256, \
                 nodes = excluded.nodes, local_customers = excluded.local_customers",
                params![
                    rows::to_i64(archive.first)?,
                    rows::to_i64(archive.last)?,
                    archive.name,
                    archive.since.micros(),
                    archive.until.micros(),
                    rows::to_i64(archive.bytes)?,
                    archive.sha256.as_slice(),
                    archive.nodes,
                    rows::to_i64(archive.last_local_customer)?,
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn audit_erase(&self, _token: &AppendToken, first: u64, last: u64) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE audit_event SET shopper = NULL, shopper_salt = NULL \
                 WHERE seq BETWEEN ?1 AND ?2",
            )
            .and_then(|mut s| s.execute([first.cast_signed(), last.cast_signed()]))
            .map_err(rows::to_fault)?;
        Ok(())
    }
}
