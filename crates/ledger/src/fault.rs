//! The two ways in which the log is not what it should be.

use lac_model::fault::Fault;

/// The log differs from what was signed.
pub fn log_tampered(what: impl Into<String>) -> Fault {
    Fault::LogTampered { what: what.into() }
}

/// An event whose texts are none.
pub fn event_damaged(seq: u64, problem: impl ToString) -> Fault {
    Fault::RowDamaged {
        table: "audit_event".to_owned(),
        id: seq.to_string(),
        problem: problem.to_string(),
    }
}
