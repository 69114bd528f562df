//! Reads rows of the "Customers Main File", or of a composite export.

use super::row::{CustomerRow, RawCustomer};
use crate::shop::import::VisibleStores;
use crate::shop::import::csv::CsvReader;
use crate::shop::import::invalid::{InvalidItems, ItemProblem};
use crate::shop::import::value::{RestValue, required};
use lac_store::Result;

/// The indexes of the columns that are used. All others are ignored.
#[derive(Debug)]
pub(super) struct CustomerColumns {
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

impl CustomerColumns {
    pub(super) fn find(table: &CsvReader<'_, '_>, invalid: &InvalidItems) -> Result<Self> {
        let column = |name| table.column(name, invalid);
        let missing =
            |name: &str| invalid.file_fault(&format!("line 1: {name}: the column is missing"));
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

    /// Whether the row only has a further postal address of the customer above.
    pub(super) fn is_further_address(&self, table: &CsvReader<'_, '_>) -> bool {
        table.width_mismatch().is_none() && table.bytes(self.email).trim_ascii().is_empty()
    }

    /// Reads and checks one row, and passes it to `then`. Fails with the first
    /// invalid field.
    pub(super) fn parse_row<T>(
        &self,
        table: &CsvReader<'_, '_>,
        visible: &VisibleStores,
        then: impl FnOnce(&CustomerRow<'_>) -> T,
    ) -> std::result::Result<T, ItemProblem> {
        if let Some(problem) = table.width_mismatch() {
            return Err(ItemProblem::new("row", problem));
        }
        let cell = |column: Option<usize>, name: &str| match column {
            None => Ok(RestValue::None),
            Some(column) => std::str::from_utf8(table.bytes(column))
                .map(RestValue::from_csv_cell)
                .map_err(|_| ItemProblem::new(name, "is not UTF-8")),
        };
        // An empty name is a value; a missing column is none.
        let name = |column: Option<usize>, name: &str| match cell(column, name)? {
            RestValue::None if column.is_some() => Ok(RestValue::Text("".into())),
            other => Ok::<_, ItemProblem>(other),
        };
        let website_id = self.website_id(visible, &cell)?;
        let store_view_id = self.store_view_id(visible, &cell)?;
        let confirmation = cell(self.confirmation, "confirmation")?;
        let raw = RawCustomer {
            email: cell(Some(self.email), "email")?,
            first_name: name(self.first_name, "firstname")?,
            last_name: name(self.last_name, "lastname")?,
            name: RestValue::None,
            active: cell(self.active, "is_active")?,
            created_at: cell(self.created_at, "created_at")?,
            updated_at: cell(self.updated_at, "updated_at")?,
            consent: cell(self.consent, "assistance_allowed")?,
        };
        let row = CustomerRow {
            store_view_id,
            confirmed: self.confirmation.map(|_| confirmation.is_none()),
            ..CustomerRow::from_raw(table.line(), website_id, &raw)?
        };
        Ok(then(&row))
    }

    /// The code has priority over the id: in real files they can differ.
    fn website_id<'t>(
        &self,
        visible: &VisibleStores,
        cell: &impl Fn(Option<usize>, &str) -> std::result::Result<RestValue<'t>, ItemProblem>,
    ) -> std::result::Result<i64, ItemProblem> {
        if let Some(code) = cell(self.website, "_website")?.to_text("_website", 255)? {
            return visible.website_by_code("_website", code.trim());
        }
        let field = if self.website_id.is_some() {
            "website_id"
        } else {
            "_website"
        };
        let id = cell(self.website_id, field)?.to_id(field)?;
        visible.website(field, required(field, id)?)
    }

    fn store_view_id<'t>(
        &self,
        visible: &VisibleStores,
        cell: &impl Fn(Option<usize>, &str) -> std::result::Result<RestValue<'t>, ItemProblem>,
    ) -> std::result::Result<Option<i64>, ItemProblem> {
        match cell(self.store, "_store")?.to_text("_store", 255)? {
            Some(code) => visible.store_view_by_code("_store", code.trim()).map(Some),
            None => cell(self.store_id, "store_id")?.to_id("store_id"),
        }
    }
}
