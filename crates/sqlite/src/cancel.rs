//! Ends long statements when the caller has gone away.

use std::sync::Arc;

use rusqlite::Connection;

use lac_model::fault::Fault;

/// Instructions of SQLite's virtual machine between two checks: about a
/// millisecond, and more than the statements of a usual command need.
const PROGRESS_STEPS: i32 = 20_000;

/// Tells whether the caller has gone away.
#[derive(Clone)]
pub struct CancelCheck(Arc<dyn Fn() -> bool + Send + Sync>);

impl CancelCheck {
    pub fn new(is_cancelled: Arc<dyn Fn() -> bool + Send + Sync>) -> Self {
        Self(is_cancelled)
    }

    pub fn is_cancelled(&self) -> bool {
        (self.0)()
    }
}

/// The error of a cancelled statement. It must not look like a problem of the
/// database.
pub(crate) fn cancelled_fault() -> Fault {
    Fault::BrokerFailed {
        problem: "the caller has gone away".to_owned(),
    }
}

/// Sets the check of a connection; `None` removes it.
pub(crate) fn set_progress_handler(
    conn: &mut Connection,
    cancelled: Option<CancelCheck>,
) -> rusqlite::Result<()> {
    let handler = cancelled.map(|cancelled| move || cancelled.is_cancelled());
    conn.progress_handler(PROGRESS_STEPS, handler)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::rows;

    #[test]
    fn an_endless_statement_ends_when_cancelled() {
        let mut conn = Connection::open_in_memory().unwrap();
        let gone = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&gone);
        let cancelled = CancelCheck::new(Arc::new(move || flag.swap(true, Ordering::Relaxed)));
        set_progress_handler(&mut conn, Some(cancelled)).unwrap();
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) \
                       SELECT count(*) FROM n";
        let ended = conn.query_row(endless, [], |row| row.get::<_, i64>(0));
        let fault = rows::to_fault(ended.unwrap_err());
        // Not a problem of the database, which would raise an alarm.
        assert!(matches!(fault, Fault::BrokerFailed { .. }), "{fault:?}");
        assert!(gone.load(Ordering::Relaxed), "the check ran more than once");
        set_progress_handler(&mut conn, None).unwrap();
        let counted = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n \
                       WHERE x < 100000) SELECT count(*) FROM n";
        let ended = conn.query_row(counted, [], |row| row.get::<_, i64>(0));
        assert_eq!(ended, Ok(100_000));
    }
}
