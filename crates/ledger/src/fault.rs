//! Constructors of the two faults for a damaged log.

use lac_model::fault::Fault;

/// The log, or a file of it, differs from what was signed. `what` describes the
/// difference.
pub fn log_tampered(what: impl Into<String>) -> Fault {
    Fault::LogTampered { what: what.into() }
}

/// The stored texts of event `seq` are not a valid event.
pub fn event_damaged(seq: u64, problem: impl ToString) -> Fault {
    Fault::RowDamaged {
        table: "audit_event".to_owned(),
        id: seq.to_string(),
        problem: problem.to_string(),
    }
}
