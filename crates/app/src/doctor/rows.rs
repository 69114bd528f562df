//! Damaged rows.

use super::{DoctorContext, DoctorFinding};
use lac_store::Result;

/// The maximum number of rows in the message.
const MAX_NAMED: usize = 20;

/// Rows that cannot be read. Lists leave them out, and they grant nothing.
pub(super) fn check_damaged_rows(doctor: &DoctorContext<'_>) -> Result<Option<DoctorFinding>> {
    let (named, count) = doctor.read.damaged_rows(MAX_NAMED)?;
    if count == 0 {
        return Ok(None);
    }
    let mut message = match count {
        1 => "1 row is damaged".to_owned(),
        count => format!("{count} rows are damaged"),
    };
    if doctor.may_name_all() {
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
