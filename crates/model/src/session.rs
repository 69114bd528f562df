//! One impersonation: issued → active → ended | expired.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::document::DocumentRef;
use super::ids::{CustomerId, SessionId, Ticket};
use super::time::Timestamp;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// The login URL is out, nobody has used it.
    Issued,
    /// The storefront has redeemed it.
    Active,
    Ended,
    /// The login URL or the session's longest duration ran out.
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

    /// Issued or active.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Issued | Self::Active)
    }
}

/// A session as it is kept.
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
    /// The event that issued it; sessions are listed by it, newest first.
    pub issue_seq: u64,
    pub issued_at: Timestamp,
    /// When the login URL dies (`exp`).
    pub expires_at: Timestamp,
    pub redeemed_at: Option<Timestamp>,
    /// The storefront (or admin user) that redeemed it.
    pub redeemed_by: Option<String>,
    /// When an active session ends by itself.
    pub ends_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Why it ended. While it is open: why it will, where something shortens
    /// it.
    pub end_cause: Option<EndCause>,
    /// The key that signed its token; `None` for those from before keys were
    /// remembered.
    pub key_id: Option<String>,
    /// Whether it was started without the customer's consent.
    pub is_override: bool,
    /// The approved request it was started with.
    pub request_id: Option<String>,
}

impl Session {
    /// The state at `now`: what ran out is expired, whether or not somebody
    /// has written it down yet.
    pub fn state_at(&self, now: Timestamp) -> SessionState {
        if self.expiry_at(now).is_some() {
            SessionState::Expired
        } else {
            self.state
        }
    }

    /// When and why an open session ran out, if at `now` it has.
    pub fn expiry_at(&self, now: Timestamp) -> Option<Expiry> {
        let (end, cause) = match self.state {
            SessionState::Issued => (self.expires_at, EndCause::LinkExpired),
            // One without an end would never have one.
            SessionState::Active => (
                self.ends_at.unwrap_or(self.started_at()),
                EndCause::DurationOver,
            ),
            SessionState::Ended | SessionState::Expired => return None,
        };
        let cause = self.end_cause.unwrap_or(cause);
        if self.is_clock_behind(now) {
            // Nobody knows how long it has lasted; no longer than this.
            let at = self.started_at();
            return Some(Expiry { at, cause });
        }
        (now >= end).then_some(Expiry { at: end, cause })
    }

    /// Whether a clock stands so far before what it must have seen that it
    /// cannot judge the session's age.
    pub fn is_clock_behind(&self, now: Timestamp) -> bool {
        self.state.is_open() && now.saturating_add(CLOCK_TOLERANCE) < self.started_at()
    }

    /// The last moment that is known of an open session.
    fn started_at(&self) -> Timestamp {
        self.redeemed_at.unwrap_or(self.issued_at)
    }
}

/// How far a clock may be set back without a session counting as over: what
/// time services do.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

/// The end of what ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    pub at: Timestamp,
    pub cause: EndCause,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// By its agent, or by somebody who may.
    Ended,
    /// The same agent started another.
    Replaced,
    /// The login URL was not used in time.
    LinkExpired,
    /// `lac/session/max_duration` is over.
    DurationOver,
    ConsentWithdrawn,
    FeatureDisabled,
    /// The agent's role, its scope or the account no longer allows it.
    AccessLost,
    CustomerInactive,
    /// A grant for some time is over.
    ConsentExpired,
    CustomerRemoved,
    /// The key that signed its token was retired at once.
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

    /// Whether time ran out rather than somebody's act.
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
