//! Impersonations, in the port.

use super::{Permit, Result, SessionQuery, SessionWrite};
use lac_model::ids::SessionId;
use lac_model::session::{EndCause, Session, SessionState};
use lac_model::time::Timestamp;

pub trait SessionReads {
    fn session(&self, id: &SessionId) -> Result<Option<Session>>;
    /// Ids that begin so, in order, `most` at most. What they begin with is
    /// hexadecimal.
    fn session_ids_with_prefix(&self, beginning: &str, most: usize) -> Result<Vec<SessionId>>;
    /// The agent's issued or active session, as stored (it may have run out).
    fn open_session_by_admin(&self, admin_id: i64) -> Result<Option<Session>>;
    /// Newest first.
    fn sessions(&self, query: &SessionQuery) -> Result<Vec<Session>>;
}

pub trait SessionWrites {
    fn session_add(&self, permit: &Permit<'_, SessionWrite>, session: &Session) -> Result<()>;
    /// Issued → active in one conditional UPDATE; `false` if it was not issued
    /// any more. However many try, one gets `true`.
    fn session_redeem(
        &self,
        permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        at: Timestamp,
        by: &str,
        ends_at: Timestamp,
    ) -> Result<bool>;
    /// Brings the end of an open session forward to `at`, and says why; where
    /// it ends no later anyway, nothing changes and the answer is `false`.
    fn session_shorten(
        &self,
        permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        at: Timestamp,
        cause: EndCause,
    ) -> Result<bool>;
    /// Open → ended or expired; `false` if it was not open.
    fn session_close(
        &self,
        permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        state: SessionState,
        at: Timestamp,
        cause: EndCause,
    ) -> Result<bool>;
}
