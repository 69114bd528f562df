//! Rows that cannot be read as what they should be.

use serde::{Deserialize, Serialize};

use super::Result;
use lac_model::fault::Fault;

/// A damaged row, or one with an optional field that is not of its form.
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

/// Lists go on without the rows that are damaged.
pub trait DamageReads {
    /// How many rows the lists of this transaction have left out.
    fn skipped_row_count(&self) -> u64;

    /// Looks at every row that lists can leave out: the first `most` damaged
    /// ones, and how many there are.
    fn damaged_rows(&self, most: usize) -> Result<(Vec<DamagedRow>, u64)>;
}

/// What was found, a damaged row as none: for what only describes, and for what
/// is permitted by nothing but a row that can be read.
pub fn none_if_damaged<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(Fault::RowDamaged { .. }) => Ok(None),
        other => other,
    }
}
