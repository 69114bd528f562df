//! Orders, invoices, shipments, credit memos.

use rusqlite::{Row, params};

use super::rows::damaged_row;
use super::{Tx, rows};
use lac_model::document::{Document, DocumentKind};
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;
use lac_store::{DocumentReads, DocumentWrite, DocumentWrites, Permit, Result};

const SELECT: &str = "SELECT kind, entity_id, number, order_id, store_view_id, customer_id, \
                      customer_email, created_at FROM document";

fn read_document(row: &Row<'_>) -> Result<Document> {
    let entity_id: i64 = rows::get(row, 1)?;
    Ok(Document {
        kind: rows::get_enum(row, 0, "document", entity_id, DocumentKind::from_stored)?,
        entity_id,
        number: rows::get(row, 2)?,
        order_id: rows::get(row, 3)?,
        store_view_id: rows::get(row, 4)?,
        customer_id: rows::get::<Option<i64>>(row, 5)?
            .map(|id| {
                CustomerId::from_stored(id)
                    .ok_or_else(|| damaged_row("document", entity_id, "an impossible customer id"))
            })
            .transpose()?,
        customer_email: rows::get(row, 6)?,
        created_at: rows::get_time_opt(row, 7)?,
    })
}

impl DocumentReads for Tx<'_> {
    fn documents(&self, kind: DocumentKind, number: &str) -> Result<Vec<Document>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!(
                "{SELECT} WHERE kind = ?1 AND number = ?2 ORDER BY store_view_id, entity_id"
            ))
            .map_err(rows::to_fault)?;
        rows::collect(
            statement
                .query([kind.as_str(), number])
                .map_err(rows::to_fault)?,
            read_document,
        )
    }

    fn document(&self, kind: DocumentKind, entity_id: i64) -> Result<Option<Document>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{SELECT} WHERE kind = ?1 AND entity_id = ?2"))
            .map_err(rows::to_fault)?;
        let found = statement
            .query(params![kind.as_str(), entity_id])
            .map_err(rows::to_fault)?;
        rows::first_row(found, read_document)
    }

    fn lowest_document_id(&self, kind: DocumentKind) -> Result<i64> {
        let sql = "SELECT coalesce(min(entity_id), 0) FROM document WHERE kind = ?1";
        let found = self.query_one(sql, kind.as_str(), |row| rows::get(row, 0))?;
        Ok(found.unwrap_or(0))
    }

    fn document_emails(&self, id: CustomerId) -> Result<Vec<String>> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT DISTINCT customer_email FROM document \
                 WHERE customer_id = ?1 AND customer_email IS NOT NULL",
            )
            .map_err(rows::to_fault)?;
        let found = statement.query([id.to_stored()]).map_err(rows::to_fault)?;
        self.collect_undamaged(found, None, |row| rows::get(row, 0))
    }

    fn document_count(&self) -> Result<u64> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT count(*) FROM document")
            .map_err(rows::to_fault)?;
        let count = rows::first_row(statement.query([]).map_err(rows::to_fault)?, |row| {
            rows::get_u64(row, 0, "document")
        })?;
        Ok(count.unwrap_or(0))
    }
}

impl DocumentWrites for Tx<'_> {
    fn document_put(&self, _permit: &Permit<'_, DocumentWrite>, document: &Document) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO document (kind, entity_id, number, order_id, store_view_id, \
                 customer_id, customer_email, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
                 ON CONFLICT (kind, entity_id) DO UPDATE SET number = excluded.number, \
                 order_id = excluded.order_id, store_view_id = excluded.store_view_id, \
                 customer_id = excluded.customer_id, customer_email = excluded.customer_email, \
                 created_at = excluded.created_at",
            )
            .and_then(|mut s| {
                s.execute(params![
                    document.kind.as_str(),
                    document.entity_id,
                    document.number,
                    document.order_id,
                    document.store_view_id,
                    document.customer_id.map(CustomerId::to_stored),
                    document.customer_email,
                    document.created_at.map(Timestamp::micros),
                ])
            })
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn document_erase_emails(
        &self,
        _permit: &Permit<'_, DocumentWrite>,
        id: Option<CustomerId>,
        emails: &[String],
    ) -> Result<u64> {
        let id = id.map(CustomerId::to_stored);
        let mut erase = self
            .conn
            .prepare(
                "UPDATE document SET customer_email = NULL WHERE customer_email IS NOT NULL \
                 AND (customer_id = ?1 OR lower(customer_email) = ?2)",
            )
            .map_err(rows::to_fault)?;
        let mut count = erase
            .execute(params![id, None::<String>])
            .map_err(rows::to_fault)?;
        for email in emails {
            count += erase.execute(params![id, email]).map_err(rows::to_fault)?;
        }
        Ok(count as u64)
    }

    fn document_remove(
        &self,
        _permit: &Permit<'_, DocumentWrite>,
        kind: DocumentKind,
        entity_id: i64,
    ) -> Result<()> {
        self.conn
            .execute(
                "DELETE FROM document WHERE kind = ?1 AND entity_id = ?2",
                params![kind.as_str(), entity_id],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }
}
