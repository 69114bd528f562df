//! The port's traits for sessions.

use super::{Permit, Result, SessionQuery, SessionWrite};
use lac_model::ids::SessionId;
use lac_model::session::{EndCause, Session, SessionState};
use lac_model::time::Timestamp;

/// Sessions: logins of an admin user as a customer.
pub trait SessionReads {
    fn session(&self, id: &SessionId) -> Result<Option<Session>>;
    /// Up to `max` ids that begin with `prefix` (hexadecimal digits), in
    /// order.
    fn session_ids_with_prefix(&self, prefix: &str, max: usize) -> Result<Vec<SessionId>>;
    /// The admin user's issued or active session, as stored: it may have run
    /// out.
    fn open_session_by_admin(&self, admin_id: i64) -> Result<Option<Session>>;
    /// The sessions that match `query`, newest first.
    fn sessions(&self, query: &SessionQuery) -> Result<Vec<Session>>;
}

/// Changes to sessions. An admin user has at most one open session.
pub trait SessionWrites {
    fn session_add(&self, permit: &Permit<'_, SessionWrite>, session: &Session) -> Result<()>;
    /// Changes an issued session to active in one conditional update. `by` is
    /// who redeemed it, `ends_at` when it ends. `false` if it was not issued:
    /// of several callers only one gets `true`.
    fn session_redeem(
        &self,
        permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        at: Timestamp,
        by: &str,
        ends_at: Timestamp,
    ) -> Result<bool>;
    /// Moves the end of an open session forward to `at`, with this cause.
    /// `false`, and no change, if it already ends at `at` or before.
    fn session_shorten(
        &self,
        permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        at: Timestamp,
        cause: EndCause,
    ) -> Result<bool>;
    /// Changes an open session to `state` (ended or expired). `false` if it was
    /// not open.
    fn session_close(
        &self,
        permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        state: SessionState,
        at: Timestamp,
        cause: EndCause,
    ) -> Result<bool>;
}
