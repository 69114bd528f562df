//! Notices for programs outside (hooks): what is to be told, and when to try
//! again.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bounded::{IdText, InvalidText};
use super::ids::{CustomerId, SessionId};
use super::time::Timestamp;

/// What a program can be told of. Only its name is known here: which program
/// that is, is the composition root's to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// A login URL was issued.
    AfterLogin,
    /// It was used: somebody is in the account now.
    AfterRedeem,
}

impl Hook {
    pub const ALL: [Self; 2] = [Self::AfterLogin, Self::AfterRedeem];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::AfterLogin => "after_login",
            Self::AfterRedeem => "after_redeem",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.as_str() == text)
    }
}

/// Which hooks there are: without one nothing is kept for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EnabledHooks {
    pub after_login: bool,
    pub after_redeem: bool,
}

impl EnabledHooks {
    pub fn contains(self, hook: Hook) -> bool {
        match hook {
            Hook::AfterLogin => self.after_login,
            Hook::AfterRedeem => self.after_redeem,
        }
    }
}

/// A notice's id: 64 random bits in lower-case hex, by which a receiver knows a
/// notice it has had before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoticeId(IdText);

impl NoticeId {
    /// From 64 random bits.
    pub fn from_bits(bits: [u8; 8]) -> Self {
        Self(IdText::new_unchecked(format!(
            "{:016x}",
            u64::from_be_bytes(bits)
        )))
    }

    pub fn new(text: impl Into<String>) -> Result<Self, InvalidText> {
        IdText::new(text).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// To be delivered, now or later.
    Due,
    /// Tried [`MOST`] times: it stays until somebody has it tried again.
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

/// A notice as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: NoticeId,
    /// Counts up; notices are listed by it, newest first.
    pub number: u64,
    pub hook: Hook,
    pub session_id: SessionId,
    pub customer_id: CustomerId,
    pub website_id: i64,
    /// What the program is told, as JSON; gone once it was.
    pub payload: Option<String>,
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is to be tried again; `None` once delivered or given up.
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

/// Attempts after which a notice is left to people: about two days.
pub const MAX_ATTEMPTS: u32 = 12;

/// How long delivered notices are kept.
pub const DELIVERED_RETENTION: Duration = Duration::from_secs(30 * 86_400);

/// When to try again after `attempts` that failed; `None`: not by itself.
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
    fn later_and_later_and_then_not_by_itself() {
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
    fn without_a_program_there_is_no_hook() {
        let hooks = EnabledHooks {
            after_redeem: true,
            ..EnabledHooks::default()
        };
        assert!(hooks.contains(Hook::AfterRedeem) && !hooks.contains(Hook::AfterLogin));
    }
}
