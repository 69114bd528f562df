//! Rows that no list shows.

use super::{DoctorContext, DoctorFinding};
use lac_store::Result;

/// So many are named.
const MAX_NAMED: usize = 20;

/// Rows that cannot be read as what they should be: lists leave them out, and
/// nothing is permitted by them.
pub fn check_damaged_rows(ward: &DoctorContext<'_>) -> Result<Option<DoctorFinding>> {
    let (named, count) = ward.read.damaged_rows(MAX_NAMED)?;
    if count == 0 {
        return Ok(None);
    }
    let mut message = match count {
        1 => "1 row is damaged".to_owned(),
        count => format!("{count} rows are damaged"),
    };
    if ward.may_name_all() {
        let each = named.iter().map(|row| {
            let (table, id, problem) = (&row.table, &row.id, &row.problem);
            format!("{table} {id} ({problem})")
        });
        message += &format!(": {}", each.collect::<Vec<_>>().join(", "));
        if count > named.len() as u64 {
            message += " …";
        }
    }
    let hint = "lists leave out what cannot be read; put the store back from a backup, or correct them in lac.db";
    Ok(Some(DoctorFinding::warning("rows", message, hint)))
}
