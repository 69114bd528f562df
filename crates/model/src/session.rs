//! Sessions: one login as a customer. A session goes from issued to active to
//! ended or expired.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bounded::UserAgent;
use super::document::DocumentRef;
use super::fault::Fault;
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

    pub fn is_active(self) -> bool {
        self == Self::Active
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
    /// Whether the agent may look and change nothing.
    pub read_only: bool,
    /// The storefront that redeemed it; `None` if an admin user did.
    pub storefront_id: Option<i64>,
    /// How many seconds it may be left alone.
    pub idle_timeout: Option<u32>,
    /// When its storefront last checked it, to a tenth of the idle time-out.
    pub seen_at: Option<Timestamp>,
    /// The agent's browser, as the storefront described it.
    pub browser: Browser,
}

/// A browser, as a storefront describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Browser {
    pub ip: Option<ClientIp>,
    pub user_agent: Option<UserAgent>,
}

/// The address of a browser. An IPv4 address inside an IPv6 one is that IPv4
/// address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientIp(IpAddr);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a client_ip is an IPv4 or IPv6 address")]
pub struct InvalidClientIp;

impl ClientIp {
    pub fn get(self) -> IpAddr {
        self.0
    }
}

impl From<IpAddr> for ClientIp {
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }
}

impl FromStr for ClientIp {
    type Err = InvalidClientIp;

    fn from_str(text: &str) -> Result<Self, InvalidClientIp> {
        let address: IpAddr = text.parse().map_err(|_| InvalidClientIp)?;
        Ok(address.into())
    }
}

impl TryFrom<String> for ClientIp {
    type Error = InvalidClientIp;

    fn try_from(text: String) -> Result<Self, InvalidClientIp> {
        text.parse()
    }
}

impl From<ClientIp> for String {
    fn from(ip: ClientIp) -> Self {
        ip.to_string()
    }
}

impl fmt::Display for ClientIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether sessions of a website are read-only (`lac/session/read_only`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadOnlyRule {
    /// If the agent wants it.
    Allowed,
    /// Unless the agent asks to write.
    Default,
    Always,
}

impl ReadOnlyRule {
    /// From the config's value. An unknown one is the strictest.
    pub fn from_config(value: Option<&str>) -> Self {
        match value {
            Some("allowed") | None => Self::Allowed,
            Some("default") => Self::Default,
            Some(_) => Self::Always,
        }
    }

    /// Whether a session is read-only if the login asked for it (`true`), asked
    /// to write (`false`), or said nothing.
    ///
    /// # Errors
    /// `read_only_required`.
    pub fn decide(self, asked: Option<bool>) -> Result<bool, Fault> {
        match (self, asked) {
            (Self::Always, Some(false)) => Err(Fault::ReadOnlyRequired),
            (Self::Always, _) | (_, Some(true)) | (Self::Default, None) => Ok(true),
            (Self::Allowed, None) | (_, Some(false)) => Ok(false),
        }
    }
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
        let (end, cause) = match self.idle_until() {
            Some(idle) if idle < end => (idle, EndCause::Idle),
            _ => (end, cause),
        };
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
        let latest = self.seen_at.unwrap_or(self.started_at());
        self.state.is_open() && now.saturating_add(CLOCK_TOLERANCE) < latest
    }

    /// When an active session runs out if its storefront does not check it
    /// again; `None` without an idle time-out.
    pub fn idle_until(&self) -> Option<Timestamp> {
        let limit = self.idle_timeout.filter(|_| self.state.is_active())?;
        let seen = self.seen_at.unwrap_or(self.started_at());
        Some(seen.saturating_add(Duration::from_secs(limit.into())))
    }

    /// When an open session runs out if nothing happens.
    pub fn open_until(&self) -> Timestamp {
        let end = self.ends_at.unwrap_or(self.expires_at);
        self.idle_until().map_or(end, |idle| idle.min(end))
    }

    /// Whether a check at `now` is to be stored as activity: at most once in a
    /// tenth of the idle time-out.
    pub fn is_activity_due(&self, now: Timestamp) -> bool {
        let (Some(limit), true) = (self.idle_timeout, self.state_at(now).is_active()) else {
            return false;
        };
        let seen = self.seen_at.unwrap_or(self.started_at());
        now.duration_since(seen) >= Duration::from_secs(limit.into()) / 10
    }

    /// The latest time that is stored for an open session.
    fn started_at(&self) -> Timestamp {
        self.redeemed_at.unwrap_or(self.issued_at)
    }
}

/// How far a clock may be set back before open sessions end. Time services
/// correct clocks by less.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

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
    /// The agent used the banner's way out.
    Left,
    /// The agent signed out of the storefront.
    SignedOut,
    /// The storefront redeemed the URL and could not open the session.
    Unusable,
    /// Nobody looked at a page for `lac/session/idle_timeout`.
    Idle,
}

impl EndCause {
    pub const ALL: [Self; 15] = [
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
        Self::Left,
        Self::SignedOut,
        Self::Unusable,
        Self::Idle,
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
            Self::Left => "left",
            Self::SignedOut => "signed_out",
            Self::Unusable => "unusable",
            Self::Idle => "idle",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }

    /// Whether time ended it, not an act.
    pub fn is_expiry(self) -> bool {
        matches!(
            self,
            Self::LinkExpired | Self::DurationOver | Self::ConsentExpired | Self::Idle
        )
    }

    /// Whether it happened in the agent's browser, as the storefront says.
    pub fn is_of_browser(self) -> bool {
        matches!(self, Self::Left | Self::SignedOut | Self::Unusable)
    }
}

/// Why a storefront ends a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveCause {
    #[default]
    Left,
    SignedOut,
    Unusable,
}

impl From<LeaveCause> for EndCause {
    fn from(cause: LeaveCause) -> Self {
        match cause {
            LeaveCause::Left => Self::Left,
            LeaveCause::SignedOut => Self::SignedOut,
            LeaveCause::Unusable => Self::Unusable,
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
