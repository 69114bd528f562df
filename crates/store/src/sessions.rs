//! The port's traits for sessions.

use super::{Permit, Result, SessionQuery, SessionWrite};
use lac_model::bounded::ActionId;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::session::{Browser, EndCause, Session, SessionState};
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
    /// Up to `max` of the sessions that are stored as open and have run out at
    /// `now`. Found by an index: the others are not read.
    fn sessions_overdue(&self, now: Timestamp, max: usize) -> Result<Vec<Session>>;
    /// The digest of what was reported under this id; `None` if nothing was.
    fn session_action_digest(&self, session: &SessionId, id: &ActionId)
    -> Result<Option<[u8; 32]>>;
    /// How many actions were reported for a session.
    fn session_action_count(&self, session: &SessionId) -> Result<u64>;
}

/// How a login URL was redeemed.
#[derive(Debug, Clone)]
pub struct Redemption<'r> {
    pub at: Timestamp,
    /// The storefront or admin user.
    pub by: &'r str,
    pub storefront_id: Option<i64>,
    pub ends_at: Timestamp,
    pub read_only: bool,
    pub idle_timeout: Option<u32>,
    pub browser: &'r Browser,
}

/// Changes to sessions. An admin user has at most one open session.
pub trait SessionWrites {
    fn session_add(&self, permit: &Permit<'_, SessionWrite>, session: &Session) -> Result<()>;
    /// Changes an issued session to active in one conditional update. `false`
    /// if it was not issued: of several callers only one gets `true`.
    fn session_redeem(
        &self,
        permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        redemption: &Redemption<'_>,
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
    /// Stores that an action was reported. `already_exists` if the session has
    /// one with this id.
    fn session_action_add(
        &self,
        permit: &Permit<'_, SessionWrite>,
        session: &SessionId,
        id: &ActionId,
        digest: &[u8; 32],
        at: Timestamp,
    ) -> Result<()>;
    /// Notes that the session has reported as much as is recorded. `false` if
    /// that was noted before.
    fn session_reports_full(
        &self,
        permit: &Permit<'_, SessionWrite>,
        session: &SessionId,
    ) -> Result<bool>;
    /// Deletes what is kept of actions reported before this time.
    fn session_actions_prune(
        &self,
        permit: &Permit<'_, SessionWrite>,
        before: Timestamp,
    ) -> Result<()>;
    /// Deletes what is kept of the actions reported for a customer's sessions.
    fn session_actions_erase(
        &self,
        permit: &Permit<'_, SessionWrite>,
        id: CustomerId,
    ) -> Result<()>;
}
