//! Checks of sessions, answered from memory while the store does not change.
//!
//! A shop checks a session before each page, so there are many more checks than
//! changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lac_app::login::sessions::{CheckedSession, SessionChecked};
use lac_app::protocol::StoreWatch;
use lac_ledger::access_token::TokenHash;
use lac_model::ids::SessionId;

/// How long a session that was read is used at most. What ends by time and not
/// by a change (a token, a store put in the place of another) is noticed after
/// it.
const USED_FOR: Duration = Duration::from_secs(1);

/// Most sessions that are kept.
const MAX_SESSIONS: usize = 8192;

/// The sessions that were checked within the last second.
pub(super) struct RecentChecks {
    watch: Arc<dyn StoreWatch>,
    kept: Mutex<HashMap<(TokenHash, SessionId), Kept>>,
}

struct Kept {
    session: CheckedSession,
    /// The store's version before the session was read.
    version: i64,
    until: Instant,
}

impl RecentChecks {
    pub(super) fn new(watch: Arc<dyn StoreWatch>) -> Self {
        Self {
            watch,
            kept: Mutex::default(),
        }
    }

    /// The store's version, to be read before the session is.
    pub(super) fn version(&self) -> Option<i64> {
        self.watch.version()
    }

    /// The answer, if the session was read at this version.
    pub(super) fn answer(
        &self,
        key: &(TokenHash, SessionId),
        version: i64,
    ) -> Option<SessionChecked> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(key).filter(|kept| kept.version == version)?;
        let is_recent = Instant::now() < found.until;
        is_recent.then(|| found.session.answer_at(self.watch.now()))?
    }

    pub(super) fn keep(&self, key: (TokenHash, SessionId), version: i64, session: CheckedSession) {
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_SESSIONS {
            kept.retain(|_, kept| kept.version == version && now < kept.until);
        }
        if kept.len() < MAX_SESSIONS {
            let until = now + USED_FOR;
            kept.insert(
                key,
                Kept {
                    session,
                    version,
                    until,
                },
            );
        }
    }
}
