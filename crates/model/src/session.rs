//! Sessions: one login as a customer. A session goes from issued to active to
//! ended or expired.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::document::DocumentRef;
use super::ids::{CustomerId, SessionId, Ticket};
use super::time::Timestamp;

/// The state of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// The login URL was given out and is not used yet.
    Issued,
    /// A storefront has redeemed the login URL.
    Active,
    Ended,
    /// The login URL was not used in time, or the longest duration is over.
    Expired,
}

impl SessionState {
    pub const ALL: [Self; 4] = [Self::Issued, Self::Active, Self::Ended, Self::Expired];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Expired => "expired",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Issued | Self::Active)
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub state: SessionState,
    pub admin_id: i64,
    pub admin: String,
    pub customer_id: CustomerId,
    pub website_id: i64,
    pub store_view_id: i64,
    pub document: Option<DocumentRef>,
    pub ticket: Option<Ticket>,
    /// The seq of the event that issued it. Lists are ordered by it.
    pub issue_seq: u64,
    pub issued_at: Timestamp,
    /// When the login URL expires (`exp`).
    pub expires_at: Timestamp,
    pub redeemed_at: Option<Timestamp>,
    /// The storefront (or admin user) that redeemed the login URL.
    pub redeemed_by: Option<String>,
    /// When an active session ends by itself.
    pub ends_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Why it ended. In an open session: why it will end earlier than planned.
    pub end_cause: Option<EndCause>,
    /// The key that signed its token; `None` in sessions from before the key
    /// was stored.
    pub key_id: Option<String>,
    /// Whether the agent overrode missing consent.
    pub is_override: bool,
    /// The approval request that it used.
    pub request_id: Option<String>,
}

impl Session {
    /// The state at `now`. A session whose time is over is expired, even if the
    /// stored state does not say so yet.
    pub fn state_at(&self, now: Timestamp) -> SessionState {
        if self.expiry_at(now).is_some() {
            SessionState::Expired
        } else {
            self.state
        }
    }

    /// When and why an open session ran out; `None` if it has not at `now`.
    pub fn expiry_at(&self, now: Timestamp) -> Option<Expiry> {
        let (end, cause) = match self.state {
            SessionState::Issued => (self.expires_at, EndCause::LinkExpired),
            // A missing end must not make a session endless.
            SessionState::Active => (
                self.ends_at.unwrap_or(self.started_at()),
                EndCause::DurationOver,
            ),
            SessionState::Ended | SessionState::Expired => return None,
        };
        let cause = self.end_cause.unwrap_or(cause);
        if self.is_clock_behind(now) {
            // How long it has lasted is unknown; count it as over since its
            // start.
            let at = self.started_at();
            return Some(Expiry { at, cause });
        }
        (now >= end).then_some(Expiry { at: end, cause })
    }

    /// Whether the clock is so far before the session's start that it cannot
    /// tell the session's age.
    pub fn is_clock_behind(&self, now: Timestamp) -> bool {
        self.state.is_open() && now.saturating_add(CLOCK_TOLERANCE) < self.started_at()
    }

    /// The latest time that is stored for an open session.
    fn started_at(&self) -> Timestamp {
        self.redeemed_at.unwrap_or(self.issued_at)
    }
}

/// How far a clock may be set back before open sessions end. Time services
/// correct clocks by less.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

/// When and why a session ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    pub at: Timestamp,
    pub cause: EndCause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// Ended by its agent, or by somebody who is allowed to.
    Ended,
    /// The agent started another session.
    Replaced,
    LinkExpired,
    /// `lac/session/max_duration` is over.
    DurationOver,
    ConsentWithdrawn,
    FeatureDisabled,
    /// The agent's role, its scope or the account no longer allows it.
    AccessLost,
    CustomerInactive,
    /// The customer's consent had an end, which is reached.
    ConsentExpired,
    CustomerRemoved,
    /// The key that signed its token was retired immediately.
    KeyRetired,
}

impl EndCause {
    pub const ALL: [Self; 11] = [
        Self::Ended,
        Self::Replaced,
        Self::LinkExpired,
        Self::DurationOver,
        Self::ConsentWithdrawn,
        Self::FeatureDisabled,
        Self::AccessLost,
        Self::CustomerInactive,
        Self::ConsentExpired,
        Self::CustomerRemoved,
        Self::KeyRetired,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Replaced => "replaced",
            Self::LinkExpired => "link_expired",
            Self::DurationOver => "duration_over",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::FeatureDisabled => "feature_disabled",
            Self::AccessLost => "access_lost",
            Self::CustomerInactive => "customer_inactive",
            Self::ConsentExpired => "consent_expired",
            Self::CustomerRemoved => "customer_removed",
            Self::KeyRetired => "key_retired",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }

    /// Whether time ended it, not an act.
    pub fn is_expiry(self) -> bool {
        matches!(
            self,
            Self::LinkExpired | Self::DurationOver | Self::ConsentExpired
        )
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
