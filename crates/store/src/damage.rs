//! Damaged rows: rows whose values do not fit the types of their fields.

use serde::{Deserialize, Serialize};

use super::Result;
use lac_model::fault::Fault;

/// A damaged row, or a row with an invalid optional field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamagedRow {
    pub table: String,
    pub id: String,
    pub problem: String,
}

impl std::fmt::Display for DamagedRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { table, id, problem } = self;
        write!(f, "{table} {id} is damaged: {problem}")
    }
}

/// Finding damaged rows. Lists leave them out.
pub trait DamageReads {
    /// How many damaged rows the lists of this transaction have left out.
    fn skipped_row_count(&self) -> u64;

    /// Checks every row that a list can leave out. Returns the first `max`
    /// damaged rows, and how many there are.
    fn damaged_rows(&self, max: usize) -> Result<(Vec<DamagedRow>, u64)>;
}

/// Treats a damaged row as absent. For callers that only display the row, or
/// that allow nothing without it.
pub fn none_if_damaged<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(Fault::RowDamaged { .. }) => Ok(None),
        other => other,
    }
}
