//! Customers: from CSV, which knows no ids, or from REST.

mod apply;
mod identity;
mod missing;
mod rest;
mod row;
mod said;
mod table;

use std::collections::HashSet;

use self::row::Row;
use self::table::Columns;
use super::csv::Table;
use super::pages::Pages;
use super::problem::{At, Problem, Sieve};
use super::seen::Seen;
use super::spool::{Pack, Spool};
use super::window::Window;
use super::{Known, Wishes};
use lac_model::customer::email_key;
use lac_store::{ConsentWrite, Covers, CustomerWrite, Result, SessionWrite, Store};

/// What importing customers writes.
pub struct ImportCustomers;

impl Covers<CustomerWrite> for ImportCustomers {}
impl Covers<ConsentWrite> for ImportCustomers {}
impl Covers<SessionWrite> for ImportCustomers {}

/// The customers of one file, read and checked.
#[derive(Debug)]
pub struct Customers<'s> {
    spool: Spool<'s>,
    /// How a row's place is called: line or item.
    at: fn(u64) -> At,
    /// Merchant's ids of all rows that will be imported.
    ids: Vec<i64>,
    /// Rows (by line or item) that repeat another and were left out.
    repeats: HashSet<u64>,
}

/// Notes rows as they are read.
struct Reader<'s> {
    spool: Spool<'s>,
    pack: Pack,
    emails: Seen,
    ids: Seen,
}

impl Reader<'_> {
    fn take(&mut self, row: &Row<'_>) -> Result<()> {
        row.pack(&mut self.pack);
        let place = self.spool.push(&self.pack.0)?;
        self.emails
            .text(row.website_id, &email_key(&row.email), place);
        if let Some(id) = row.id {
            self.ids.number(id, place);
        }
        Ok(())
    }
}

impl<'s> Customers<'s> {
    fn reader(store: &'s dyn Store) -> Reader<'s> {
        Reader {
            spool: Spool::new(store),
            pack: Pack::default(),
            emails: Seen::default(),
            ids: Seen::default(),
        }
    }

    /// Reads REST answers; returns how many items there were.
    ///
    /// # Errors
    /// `invalid_file`, `io`.
    pub fn from_rest(
        store: &'s dyn Store,
        window: &mut Window<'_>,
        known: &Known,
        wishes: Wishes,
        sieve: &mut Sieve,
    ) -> Result<(Self, u64)> {
        let mut reader = Self::reader(store);
        let count =
            Pages::new(window, sieve).read(
                wishes.partial,
                &mut |sieve, at, bytes| match rest::read(at.number(), bytes, known, |row| {
                    reader.take(row)
                }) {
                    Ok(taken) => taken,
                    Err(problem) => sieve.reject(at, problem),
                },
            )?;
        Ok((Self::checked(reader, At::Item, sieve)?, count))
    }

    /// Reads CSV; returns how many customers there were.
    ///
    /// # Errors
    /// `invalid_file`, `io`.
    pub fn from_csv(
        store: &'s dyn Store,
        window: &mut Window<'_>,
        known: &Known,
        sieve: &mut Sieve,
    ) -> Result<(Self, u64)> {
        let mut reader = Self::reader(store);
        let mut table = Table::open(window, sieve)?;
        let columns = Columns::of(&table, sieve)?;
        let mut count = 0;
        while table.next(sieve)? {
            if columns.is_address(&table) && count > 0 {
                continue;
            }
            count += 1;
            match columns.read(&table, known, |row| reader.take(row)) {
                Ok(taken) => taken?,
                Err(problem) => sieve.reject(At::Line(table.line()), problem)?,
            }
        }
        Ok((Self::checked(reader, At::Line, sieve)?, count))
    }

    /// Finds what is there twice: an id, or an address on one website.
    fn checked(mut reader: Reader<'s>, at: fn(u64) -> At, sieve: &mut Sieve) -> Result<Self> {
        let mut repeats = HashSet::new();
        let mut lost = HashSet::new();
        for places in reader.ids.suspects() {
            let rows = identities(&mut reader.spool, &places)?;
            let first = at(rows[0].at);
            for row in &rows[1..] {
                repeats.insert(row.at);
                sieve.reject(at(row.at), Problem::new("id", format!("is {first}'s too")))?;
            }
        }
        for places in reader.emails.suspects() {
            let mut kept: Vec<Identity> = Vec::new();
            for row in identities(&mut reader.spool, &places)? {
                if repeats.contains(&row.at) {
                    continue;
                }
                let Some(first) = kept.iter().find(|other| other.key == row.key) else {
                    kept.push(row);
                    continue;
                };
                let problem = format!("is {}'s too, on the same website", at(first.at));
                repeats.insert(row.at);
                lost.extend(row.id);
                sieve.reject(at(row.at), Problem::new("email", problem))?;
            }
        }
        let mut ids = reader.ids.numbers();
        ids.retain(|id| !lost.contains(id));
        Ok(Self {
            spool: reader.spool,
            at,
            ids,
            repeats,
        })
    }
}

/// What makes a row somebody.
struct Identity {
    at: u64,
    id: Option<i64>,
    key: (i64, String),
}

fn identities(spool: &mut Spool<'_>, places: &[u64]) -> Result<Vec<Identity>> {
    let mut found = Vec::with_capacity(places.len());
    for place in places {
        let mut rows = spool.from(*place)?;
        if let Some(bytes) = rows.next()? {
            let row = Row::unpack(bytes)?;
            found.push(Identity {
                at: row.at,
                id: row.id,
                key: (row.website_id, email_key(&row.email)),
            });
        }
    }
    Ok(found)
}
