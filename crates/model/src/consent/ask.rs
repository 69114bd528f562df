//! Asks: an agent asks a customer to allow logins for some time, and the
//! customer answers in the storefront. An ask is open until it is allowed,
//! denied or withdrawn, or until it expires.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bounded::Ticket;
use crate::customer::Consent;
use crate::ids::{CustomerId, random_id};
use crate::time::Timestamp;

/// How long a customer has to answer.
pub const ANSWER_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A customer is asked at most this often within [`ASK_PERIOD`], whoever asks.
pub const MAX_ASKS_PER_PERIOD: usize = 3;

/// The period of [`MAX_ASKS_PER_PERIOD`].
pub const ASK_PERIOD: Duration = Duration::from_secs(24 * 60 * 60);

random_id! {
    /// The id of an ask: 64 random bits in lower-case hex.
    ConsentAskId
}

/// How long the consent is valid that an ask gives, in seconds: a minute to 30
/// days. Consent without an end is the customer's checkbox, not an ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct AskDuration(u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an ask is for a minute to 30 days")]
pub struct InvalidAskDuration;

impl AskDuration {
    const MIN: u64 = 60;
    const MAX: u64 = 30 * 24 * 60 * 60;

    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl Default for AskDuration {
    /// 24 hours.
    fn default() -> Self {
        Self(24 * 60 * 60)
    }
}

impl TryFrom<u64> for AskDuration {
    type Error = InvalidAskDuration;

    fn try_from(seconds: u64) -> Result<Self, InvalidAskDuration> {
        if (Self::MIN..=Self::MAX).contains(&seconds) {
            return Ok(Self(seconds));
        }
        Err(InvalidAskDuration)
    }
}

impl From<AskDuration> for u64 {
    fn from(duration: AskDuration) -> Self {
        duration.0
    }
}

/// The state of an ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskState {
    Open,
    Allowed,
    Denied,
    /// Nobody answered in time.
    Expired,
    /// The agent no longer needs it, or the customer's consent was changed in
    /// another way.
    Withdrawn,
}

/// What closes an ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskAction {
    Allow,
    Deny,
    Withdraw,
    Expire,
}

impl AskState {
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Allowed,
        Self::Denied,
        Self::Expired,
        Self::Withdrawn,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state after an action; `None` if the action is not possible. A
    /// closed ask never changes.
    pub fn apply(self, action: AskAction) -> Option<Self> {
        match (self, action) {
            (Self::Open, AskAction::Allow) => Some(Self::Allowed),
            (Self::Open, AskAction::Deny) => Some(Self::Denied),
            (Self::Open, AskAction::Withdraw) => Some(Self::Withdrawn),
            // `Expired` follows from the time before it is stored.
            (Self::Open | Self::Expired, AskAction::Expire) => Some(Self::Expired),
            _ => None,
        }
    }
}

/// An ask. It has no free text, so that nobody can talk to customers through
/// it, and the customer does not see who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAsk {
    pub id: ConsentAskId,
    /// The stored state; see [`Self::state_at`].
    pub state: AskState,
    /// The seq of the event that created it. Lists are ordered by it.
    pub ask_seq: u64,
    pub customer_id: CustomerId,
    /// The customer's website.
    pub website_id: i64,
    pub admin_id: i64,
    pub admin: String,
    pub ticket: Option<Ticket>,
    pub duration: AskDuration,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    /// The storefront through which the customer answered.
    pub storefront: Option<String>,
}

impl ConsentAsk {
    /// The state at `now`. If the clock is before the ask, the time that is
    /// left cannot be known, and the state is `Expired`.
    pub fn state_at(&self, now: Timestamp) -> AskState {
        let is_over = now >= self.expires_at || now < self.asked_at;
        if self.state == AskState::Open && is_over {
            AskState::Expired
        } else {
            self.state
        }
    }

    /// The state after an action at `now`; as an error, the state that does not
    /// allow it.
    pub fn apply(&self, action: AskAction, now: Timestamp) -> Result<AskState, AskState> {
        let state = self.state_at(now);
        state.apply(action).ok_or(state)
    }

    /// The end of the consent that a yes at `now` gives; `None` if the consent
    /// that is known lasts as long anyway. A yes never shortens consent.
    pub fn extension_of(&self, known: &Consent, now: Timestamp) -> Option<Timestamp> {
        let until = now.saturating_add(Duration::from_secs(self.duration.0));
        let lasts = known.granted && known.until.is_none_or(|end| end >= until);
        (!lasts).then_some(until)
    }
}

/// When a customer can be asked again, if they have been asked too often before
/// `now`. `asked` are the times of their asks, in any order; times after `now`
/// count, because the clock may have been set back.
pub fn wait_until_next_ask(asked: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
    let since = now.saturating_sub(ASK_PERIOD);
    let mut recent: Vec<Timestamp> = asked.iter().copied().filter(|at| *at > since).collect();
    if recent.len() < MAX_ASKS_PER_PERIOD {
        return None;
    }
    recent.sort_unstable();
    let oldest_that_counts = recent[recent.len() - MAX_ASKS_PER_PERIOD];
    Some(oldest_that_counts.saturating_add(ASK_PERIOD))
}

#[cfg(test)]
#[path = "ask_tests.rs"]
mod tests;
