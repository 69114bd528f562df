//! Imports customers from CSV, which has no ids, or from REST.

mod apply;
mod consent;
mod identity;
mod missing;
mod rest;
mod row;
mod synced;
mod table;

use std::collections::HashSet;

use self::row::CustomerRow;
use self::table::CustomerColumns;
use super::buffer::InputBuffer;
use super::csv::CsvReader;
use super::duplicates::DuplicateFinder;
use super::invalid::{InvalidItems, ItemPosition, ItemProblem};
use super::pages::RestPages;
use super::spool::{RowEncoder, RowSpool};
use super::{ImportOptions, VisibleStores};
use lac_model::customer::email_key;
use lac_store::{ConsentWrite, Covers, CustomerWrite, Result, SessionWrite, Store};

/// All that an import of customers writes.
pub struct CustomerImportWrite;

impl Covers<CustomerWrite> for CustomerImportWrite {}
impl Covers<ConsentWrite> for CustomerImportWrite {}
impl Covers<SessionWrite> for CustomerImportWrite {}

/// The customers of one file, read and checked.
pub(super) struct CustomerFile<'s> {
    spool: RowSpool<'s>,
    /// Whether rows are counted by line or by item.
    at: fn(u64) -> ItemPosition,
    /// The merchant's ids of all rows that will be imported.
    ids: Vec<i64>,
    /// Rows (by line or item) that repeat an earlier row and are left out.
    duplicates: HashSet<u64>,
    /// Whether rows may not bring an address that a customer outside of the
    /// role scope has.
    is_shared: bool,
}

/// Collects rows and finds duplicates.
struct CustomerCollector<'s> {
    spool: RowSpool<'s>,
    encoder: RowEncoder,
    emails: DuplicateFinder,
    ids: DuplicateFinder,
}

impl CustomerCollector<'_> {
    fn push(&mut self, row: &CustomerRow<'_>) -> Result<()> {
        row.encode(&mut self.encoder);
        let place = self.spool.push(&self.encoder.0)?;
        self.emails
            .note_text(row.website_id, &email_key(&row.email), place);
        if let Some(id) = row.id {
            self.ids.note_number(id, place);
        }
        Ok(())
    }
}

impl<'s> CustomerFile<'s> {
    fn collector(store: &'s dyn Store) -> CustomerCollector<'s> {
        CustomerCollector {
            spool: RowSpool::new(store),
            encoder: RowEncoder::default(),
            emails: DuplicateFinder::default(),
            ids: DuplicateFinder::default(),
        }
    }

    /// Reads REST answers; returns how many items there were.
    pub(super) fn from_rest(
        store: &'s dyn Store,
        buffer: &mut InputBuffer<'_>,
        visible: &VisibleStores,
        options: ImportOptions,
        invalid: &mut InvalidItems,
    ) -> Result<(Self, u64)> {
        let mut collector = Self::collector(store);
        let count = RestPages::new(buffer, invalid).for_each_item(
            options.partial,
            &mut |invalid, at, bytes| match rest::parse_customer(
                at.number(),
                bytes,
                visible,
                |row| collector.push(row),
            ) {
                Ok(taken) => taken,
                Err(problem) => invalid.skip_or_fail(at, problem),
            },
        )?;
        Ok((
            Self::find_duplicates(collector, ItemPosition::Item, invalid)?,
            count,
        ))
    }

    /// Reads CSV; returns how many customers there were.
    pub(super) fn from_csv(
        store: &'s dyn Store,
        buffer: &mut InputBuffer<'_>,
        visible: &VisibleStores,
        invalid: &mut InvalidItems,
    ) -> Result<(Self, u64)> {
        let mut collector = Self::collector(store);
        let mut table = CsvReader::open(buffer, invalid)?;
        let columns = CustomerColumns::find(&table, invalid)?;
        let mut count = 0;
        while table.next_row(invalid)? {
            if columns.is_further_address(&table) && count > 0 {
                continue;
            }
            count += 1;
            match columns.parse_row(&table, visible, |row| collector.push(row)) {
                Ok(taken) => taken?,
                Err(problem) => invalid.skip_or_fail(ItemPosition::Line(table.line()), problem)?,
            }
        }
        Ok((
            Self::find_duplicates(collector, ItemPosition::Line, invalid)?,
            count,
        ))
    }

    /// Finds ids that occur twice, and addresses that occur twice on one
    /// website.
    fn find_duplicates(
        mut collector: CustomerCollector<'s>,
        at: fn(u64) -> ItemPosition,
        invalid: &mut InvalidItems,
    ) -> Result<Self> {
        let mut duplicates = HashSet::new();
        let mut lost = HashSet::new();
        for places in collector.ids.candidates() {
            let rows = read_identities(&mut collector.spool, &places)?;
            let first = at(rows[0].at);
            for row in &rows[1..] {
                duplicates.insert(row.at);
                invalid.skip_or_fail(
                    at(row.at),
                    ItemProblem::new("id", format!("is {first}'s too")),
                )?;
            }
        }
        for places in collector.emails.candidates() {
            let mut kept: Vec<RowIdentity> = Vec::new();
            for row in read_identities(&mut collector.spool, &places)? {
                if duplicates.contains(&row.at) {
                    continue;
                }
                let Some(first) = kept.iter().find(|other| other.key == row.key) else {
                    kept.push(row);
                    continue;
                };
                let problem = format!("is {}'s too, on the same website", at(first.at));
                duplicates.insert(row.at);
                lost.extend(row.id);
                invalid.skip_or_fail(at(row.at), ItemProblem::new("email", problem))?;
            }
        }
        let mut ids = collector.ids.into_numbers();
        ids.retain(|id| !lost.contains(id));
        Ok(Self {
            spool: collector.spool,
            at,
            ids,
            duplicates,
            is_shared: false,
        })
    }
}

/// The values that identify a row's customer.
struct RowIdentity {
    at: u64,
    id: Option<i64>,
    key: (i64, String),
}

fn read_identities(spool: &mut RowSpool<'_>, places: &[u64]) -> Result<Vec<RowIdentity>> {
    let mut found = Vec::with_capacity(places.len());
    for place in places {
        let mut rows = spool.rows_from(*place)?;
        if let Some(bytes) = rows.next_row()? {
            let row = CustomerRow::decode(bytes)?;
            found.push(RowIdentity {
                at: row.at,
                id: row.id,
                key: (row.website_id, email_key(&row.email)),
            });
        }
    }
    Ok(found)
}
