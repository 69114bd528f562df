//! Notices for hooks (programs that are told about logins and consent): their contents, and
//! when to try again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::{CustomerId, SessionId, random_id};
use super::time::Timestamp;

/// A hook. Only its name is known here; the program to run is configured in the
/// root package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// A login URL was issued.
    AfterLogin,
    /// A login URL was used.
    AfterRedeem,
    /// A customer's consent was granted or revoked, by the customer or by an
    /// admin user.
    AfterConsent,
    /// An agent asked a customer for consent.
    AfterAsk,
}

impl Hook {
    pub const ALL: [Self; 4] = [
        Self::AfterLogin,
        Self::AfterRedeem,
        Self::AfterConsent,
        Self::AfterAsk,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::AfterLogin => "after_login",
            Self::AfterRedeem => "after_redeem",
            Self::AfterConsent => "after_consent",
            Self::AfterAsk => "after_ask",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.as_str() == text)
    }
}

/// The hooks that are configured. Notices are only made for these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EnabledHooks([bool; Hook::ALL.len()]);

impl EnabledHooks {
    pub fn contains(self, hook: Hook) -> bool {
        self.0[hook as usize]
    }
}

impl FromIterator<Hook> for EnabledHooks {
    fn from_iter<I: IntoIterator<Item = Hook>>(hooks: I) -> Self {
        let mut enabled = Self::default();
        for hook in hooks {
            enabled.0[hook as usize] = true;
        }
        enabled
    }
}

random_id! {
    /// A notice's id: 64 random bits in lower-case hex. A receiver recognises
    /// repeated notices by it.
    NoticeId
}

/// The state of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// To be delivered now or later.
    Due,
    /// Tried [`MAX_ATTEMPTS`] times. It stays until somebody retries it.
    Failed,
    Delivered,
}

impl NoticeState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: NoticeId,
    /// Increases with each notice. Lists are ordered by it, newest first.
    pub number: u64,
    pub hook: Hook,
    /// The session that the notice is about; `None` if it is about consent.
    pub session_id: Option<SessionId>,
    pub customer_id: CustomerId,
    pub website_id: i64,
    /// The JSON that the program receives; `None` once delivered.
    pub payload: Option<String>,
    pub created_at: Timestamp,
    pub attempts: u32,
    /// When to try next; `None` once delivered or failed.
    pub next_at: Option<Timestamp>,
    pub last_error: Option<String>,
    pub delivered_at: Option<Timestamp>,
}

impl Notice {
    pub fn state(&self) -> NoticeState {
        match (self.delivered_at, self.next_at) {
            (Some(_), _) => NoticeState::Delivered,
            (None, Some(_)) => NoticeState::Due,
            (None, None) => NoticeState::Failed,
        }
    }
}

/// After this many attempts, in about two days, a notice is not tried again by
/// itself.
pub const MAX_ATTEMPTS: u32 = 12;

/// How long delivered notices are kept.
pub const DELIVERED_RETENTION: Duration = Duration::from_secs(30 * 86_400);

/// When to try again after this many failed attempts; `None` for not any more.
pub fn next_attempt_at(attempts: u32, now: Timestamp) -> Option<Timestamp> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let minutes = match attempts {
        0 | 1 => 1,
        2 => 5,
        3 => 30,
        4 => 120,
        _ => 360,
    };
    Some(now.saturating_add(Duration::from_secs(minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_get_rarer_and_then_stop() {
        let now = Timestamp::from_seconds(0);
        let waits: Vec<i64> = (1..MAX_ATTEMPTS)
            .filter_map(|n| next_attempt_at(n, now))
            .map(Timestamp::seconds)
            .collect();
        assert_eq!(waits[..5], [60, 300, 1800, 7200, 21600]);
        assert_eq!(waits.len(), MAX_ATTEMPTS as usize - 1);
        assert!(waits.is_sorted());
        assert_eq!(next_attempt_at(MAX_ATTEMPTS, now), None);
    }

    #[test]
    fn a_hook_without_a_program_is_not_configured() {
        let hooks: EnabledHooks = [Hook::AfterRedeem, Hook::AfterAsk].into_iter().collect();
        let enabled = Hook::ALL.map(|hook| hooks.contains(hook));
        assert_eq!(enabled, [false, true, false, true]);
    }
}
