//! A row of the "Customers Main File", or of a composite export.

use super::row::{Raw, Row};
use crate::import::Known;
use crate::import::csv::Table;
use crate::import::problem::{Problem, Sieve};
use crate::import::scalar::{Scalar, needed};
use lac_store::Result;

/// Where the columns are that matter here. All others are not even looked at.
#[derive(Debug)]
pub struct Columns {
    email: usize,
    website: Option<usize>,
    website_id: Option<usize>,
    store: Option<usize>,
    store_id: Option<usize>,
    first_name: Option<usize>,
    last_name: Option<usize>,
    active: Option<usize>,
    confirmation: Option<usize>,
    created_at: Option<usize>,
    updated_at: Option<usize>,
    consent: Option<usize>,
}

impl Columns {
    /// # Errors
    /// `invalid_file` where the identity (`email` and `_website`) is missing.
    pub fn of(table: &Table<'_, '_>, sieve: &Sieve) -> Result<Self> {
        let column = |name| table.column(name, sieve);
        let missing = |name: &str| sieve.broken(&format!("line 1: {name}: the column is missing"));
        let found = Self {
            email: column("email")?.ok_or_else(|| missing("email"))?,
            website: column("_website")?,
            website_id: column("website_id")?,
            store: column("_store")?,
            store_id: column("store_id")?,
            first_name: column("firstname")?,
            last_name: column("lastname")?,
            active: column("is_active")?,
            confirmation: column("confirmation")?,
            created_at: column("created_at")?,
            updated_at: column("updated_at")?,
            consent: column("assistance_allowed")?,
        };
        if found.website.is_none() && found.website_id.is_none() {
            return Err(missing("_website"));
        }
        Ok(found)
    }

    /// Whether the row only adds an address to the customer above it.
    pub fn is_address(&self, table: &Table<'_, '_>) -> bool {
        table.odd_width().is_none() && table.bytes(self.email).trim_ascii().is_empty()
    }

    /// Reads and checks one row, and hands it on.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub fn read<T>(
        &self,
        table: &Table<'_, '_>,
        known: &Known,
        then: impl FnOnce(&Row<'_>) -> T,
    ) -> std::result::Result<T, Problem> {
        if let Some(problem) = table.odd_width() {
            return Err(Problem::new("row", problem));
        }
        let cell = |column: Option<usize>, name: &str| match column {
            None => Ok(Scalar::None),
            Some(column) => std::str::from_utf8(table.bytes(column))
                .map(Scalar::cell)
                .map_err(|_| Problem::new(name, "is not UTF-8")),
        };
        // A name that is empty is told; one whose column is not there is not.
        let name = |column: Option<usize>, name: &str| match cell(column, name)? {
            Scalar::None if column.is_some() => Ok(Scalar::Text("".into())),
            other => Ok::<_, Problem>(other),
        };
        let website_id = self.website_id(known, &cell)?;
        let store_view_id = self.store_view_id(known, &cell)?;
        let confirmation = cell(self.confirmation, "confirmation")?;
        let raw = Raw {
            email: cell(Some(self.email), "email")?,
            first_name: name(self.first_name, "firstname")?,
            last_name: name(self.last_name, "lastname")?,
            active: cell(self.active, "is_active")?,
            created_at: cell(self.created_at, "created_at")?,
            updated_at: cell(self.updated_at, "updated_at")?,
            consent: cell(self.consent, "assistance_allowed")?,
        };
        let row = Row {
            store_view_id,
            confirmed: self.confirmation.map(|_| confirmation.is_none()),
            ..Row::check(table.line(), website_id, &raw)?
        };
        Ok(then(&row))
    }

    /// The code wins over the number: in real files they disagree.
    fn website_id<'t>(
        &self,
        known: &Known,
        cell: &impl Fn(Option<usize>, &str) -> std::result::Result<Scalar<'t>, Problem>,
    ) -> std::result::Result<i64, Problem> {
        if let Some(code) = cell(self.website, "_website")?.text("_website", 255)? {
            return known.website_by_code("_website", code.trim());
        }
        let field = if self.website_id.is_some() {
            "website_id"
        } else {
            "_website"
        };
        let id = cell(self.website_id, field)?.id(field)?;
        known.website(field, needed(field, id)?)
    }

    fn store_view_id<'t>(
        &self,
        known: &Known,
        cell: &impl Fn(Option<usize>, &str) -> std::result::Result<Scalar<'t>, Problem>,
    ) -> std::result::Result<Option<i64>, Problem> {
        match cell(self.store, "_store")?.text("_store", 255)? {
            Some(code) => known.store_view_by_code("_store", code.trim()).map(Some),
            None => cell(self.store_id, "store_id")?.id("store_id"),
        }
    }
}
