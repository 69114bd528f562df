//! The audit log's rows.

mod cells;
mod page_scan;
mod scan;
mod structure;
mod writes;

use rusqlite::Row;

use super::rows::damaged_row;
use super::{Tx, migrate, rows, schema};
use lac_model::audit::{RecordFields, StoredEvent};
use lac_model::bytes::Hash;
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;
use lac_store::{
    ArchiveRow, AuditReads, Cell, EventCells, EventIndex, EventQuery, Result, TreeEvidence,
    TreeHead, TreePart,
};

fn read_event(row: &Row<'_>) -> Result<StoredEvent> {
    Ok(StoredEvent {
        seq: rows::get_u64(row, 0, "audit_event")?,
        record: rows::get(row, 1)?,
        customer_part: rows::get(row, 2)?,
        staff_part: rows::get(row, 3)?,
    })
}

impl AuditReads for Tx<'_> {
    fn audit_head(&self) -> Result<Option<TreeHead>> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT size, nodes, last_time, note FROM audit_head NOT INDEXED WHERE id = 1",
            )
            .map_err(rows::to_fault)?;
        rows::first_row(statement.query([]).map_err(rows::to_fault)?, |row| {
            Ok(TreeHead {
                size: rows::get_u64(row, 0, "audit_head")?,
                nodes: rows::get(row, 1)?,
                last_time: rows::get_time(row, 2)?,
                note: rows::get(row, 3)?,
            })
        })
    }

    fn audit_last_seq(&self) -> Result<u64> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM audit_event NOT INDEXED")
            .map_err(rows::to_fault)?;
        let last = rows::first_row(statement.query([]).map_err(rows::to_fault)?, |row| {
            rows::get_u64(row, 0, "audit_event")
        })?;
        Ok(last.unwrap_or(0))
    }

    fn audit_event(&self, seq: u64) -> Result<Option<StoredEvent>> {
        let Ok(seq) = rows::to_i64(seq) else {
            return Ok(None);
        };
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT seq, record, shopper, staff FROM audit_event NOT INDEXED WHERE seq = ?1",
            )
            .map_err(rows::to_fault)?;
        rows::first_row(statement.query([seq]).map_err(rows::to_fault)?, read_event)
    }

    fn audit_last_consent(
        &self,
        customer: CustomerId,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT seq, record, shopper, staff FROM audit_event \
                 INDEXED BY audit_event_consent WHERE customer_id = ?1 AND result = 'success' \
                 AND ((action_group = 'consent' AND action IN ('grant', 'revoke')) \
                 OR (action_group = 'customers' AND action = 'remove')) \
                 ORDER BY seq DESC LIMIT 1",
            )
            .map_err(rows::to_fault)?;
        let found = statement
            .query([customer.to_stored()])
            .map_err(rows::to_fault)?;
        let Some(event) = rows::first_row(found, read_event)? else {
            return Ok(());
        };
        let fields = RecordFields::new(event.texts())
            .map_err(|e| damaged_row("audit_event", event.seq, e))?;
        each(&fields)
    }

    fn audit_customer_edits(
        &self,
        customer: CustomerId,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT seq, record, shopper, staff FROM audit_event \
                 INDEXED BY audit_event_customer WHERE customer_id = ?1 AND result = 'success' \
                 AND action_group = 'customers' AND action = 'edit' ORDER BY seq",
            )
            .map_err(rows::to_fault)?;
        let mut found = statement
            .query([customer.to_stored()])
            .map_err(rows::to_fault)?;
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            let event = read_event(row)?;
            let fields = RecordFields::new(event.texts())
                .map_err(|e| damaged_row("audit_event", event.seq, e))?;
            each(&fields)?;
        }
        Ok(())
    }

    fn audit_scan(
        &self,
        query: &EventQuery,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()> {
        scan::scan_events(self, query, each)
    }

    fn audit_first_seq_since(&self, first: u64, time: Timestamp) -> Result<u64> {
        scan::first_seq_since(self, first, time)
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
                "SELECT seq, record FROM audit_event NOT INDEXED \
                 WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
            )
            .map_err(rows::to_fault)?;
        let mut found = statement
            .query([rows::to_i64(first)?, rows::to_i64(last)?])
            .map_err(rows::to_fault)?;
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            let seq = rows::get_u64(row, 0, "audit_event")?;
            let record = row.get_ref(1).map_err(rows::to_fault)?;
            let bytes = record
                .as_bytes()
                .map_err(|e| damaged_row("audit_event", seq, e))?;
            each(seq, bytes)?;
        }
        Ok(())
    }

    fn audit_subtrees(&self, count: u64) -> Result<Vec<Hash>> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT idx, root FROM audit_subtree NOT INDEXED WHERE idx < ?1 ORDER BY idx",
            )
            .map_err(rows::to_fault)?;
        let mut next = 0;
        rows::collect(
            statement
                .query([rows::to_i64(count)?])
                .map_err(rows::to_fault)?,
            |row| {
                let idx: i64 = rows::get(row, 0)?;
                if idx != next {
                    return Err(damaged_row(
                        "audit_subtree",
                        idx,
                        format!("{next} was expected"),
                    ));
                }
                next += 1;
                Hash::try_from(rows::get::<Vec<u8>>(row, 1)?)
                    .map_err(|_| damaged_row("audit_subtree", idx, "not 32 bytes"))
            },
        )
    }

    fn audit_cells(
        &self,
        first: u64,
        last: u64,
        each: &mut dyn FnMut(&EventCells<'_>) -> Result<()>,
    ) -> Result<Option<TreePart>> {
        cells::scan_cells(self, first, last, each)
    }

    fn audit_all_index_entries(
        &self,
        range: [u64; 2],
        each: &mut dyn FnMut(EventIndex, Cell<'_>, i64) -> Result<()>,
    ) -> Result<bool> {
        cells::scan_all_indexes(self, range, each)
    }

    fn audit_index_entries(
        &self,
        index: EventIndex,
        range: [u64; 2],
        each: &mut dyn FnMut(Cell<'_>, i64) -> Result<()>,
    ) -> Result<()> {
        cells::scan_index(self, index, range, each)
    }

    fn schema_difference(&self) -> Result<Option<String>> {
        schema::find_difference(self.conn, migrate::schema_version(self.conn)?)
    }

    fn audit_structure_problem(&self) -> Result<Option<String>> {
        structure::find_problem(self.conn)
    }

    fn audit_event_structure_problem(
        &self,
        range: [u64; 2],
        evidence: TreeEvidence,
    ) -> Result<Option<String>> {
        structure::find_event_problem(self.conn, range, evidence)
    }

    fn access_structure_problem(&self) -> Result<Option<String>> {
        structure::find_access_problem(self.conn)
    }

    fn audit_archives(&self) -> Result<Vec<ArchiveRow>> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT first, last, name, since, until, bytes, sha256, nodes, \
                 local_customers \
                 FROM audit_archive NOT INDEXED ORDER BY first",
            )
            .map_err(rows::to_fault)?;
        rows::collect(statement.query([]).map_err(rows::to_fault)?, |row| {
            let first = rows::get_u64(row, 0, "audit_archive")?;
            let sha256 = Hash::try_from(rows::get::<Vec<u8>>(row, 6)?)
                .map_err(|_| damaged_row("audit_archive", first, "not 32 bytes"))?;
            Ok(ArchiveRow {
                first,
                last: rows::get_u64(row, 1, "audit_archive")?,
                name: rows::get(row, 2)?,
                since: rows::get_time(row, 3)?,
                until: rows::get_time(row, 4)?,
                bytes: rows::get_u64(row, 5, "audit_archive")?,
                sha256,
                nodes: rows::get(row, 7)?,
                last_local_customer: rows::get_u64(row, 8, "audit_archive")?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The source files of this crate, each with its text on one line.
    fn collect_sources(dir: &Path, into: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect_sources(&path, into);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let words: Vec<&str> = text.split_whitespace().filter(|w| *w != "\\").collect();
                into.push((path.display().to_string(), words.join(" ")));
            }
        }
    }

    /// Otherwise SQLite would choose between the table and any index it finds.
    #[test]
    fn every_query_of_the_log_names_its_index() {
        let adapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        collect_sources(&adapter, &mut files);
        let from = ["FROM", " audit_"].concat();
        let mut count = 0;
        for (path, text) in files {
            for (at, _) in text.match_indices(&from) {
                let table = &text[at + 5..];
                let rest = table.trim_start_matches(|c: char| c == '_' || c.is_alphanumeric());
                let is_named = [" NOT INDEXED", " INDEXED BY "]
                    .iter()
                    .any(|w| rest.starts_with(w));
                // A constant is checked where it is used.
                let is_constant = rest.starts_with("\"; ");
                assert!(
                    is_named || is_constant,
                    "{path}: {}",
                    &table[..table.len().min(60)]
                );
                count += 1;
            }
            for (at, _) in text.match_indices(&["{SE", "LECT} "].concat()) {
                let rest = &text[at..];
                let is_log = path.ends_with("audit/scan.rs");
                assert!(
                    !is_log
                        || rest[9..].starts_with("NOT INDEXED")
                        || rest[9..].starts_with("INDEXED BY"),
                    "{path}: {}",
                    &rest[..40]
                );
            }
        }
        assert!(count > 12, "{count}");
    }
}
