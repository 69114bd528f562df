//! Public keys as they are stored.

use serde::{Deserialize, Serialize};

use super::{KeyWrite, Permit, Result};
use lac_model::time::Timestamp;

/// What a key signs; a store has one current key for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPurpose {
    /// Login tokens.
    Login,
    /// Checkpoints of the audit log.
    Audit,
}

impl KeyPurpose {
    /// The word used in files, tables and the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Audit => "audit",
        }
    }
}

/// What a public key is for, and whether it still counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    pub kid: String,
    pub purpose: String,
    pub public_key: [u8; 32],
    /// `active`, `verifying` or `retired`.
    pub state: String,
    pub created_at: Timestamp,
    /// When it stopped counting; of a `verifying` login key, when it will.
    pub retired_at: Option<Timestamp>,
    /// The first size of the log at which it was the current key; `None` for
    /// the first of its purpose.
    pub since_size: Option<u64>,
    /// The audit key before it.
    pub signed_by: Option<String>,
    /// Both signatures of the change: the old key's, and its own.
    pub signature: Option<Vec<u8>>,
}

pub trait KeyReads {
    /// Every key ever used, in the order in which they came.
    fn signing_keys(&self) -> Result<Vec<KeyRow>>;
}

/// Of a key that is there, state and `retired_at` change, nothing else.
pub trait KeyWrites {
    fn signing_key_put(&self, permit: &Permit<'_, KeyWrite>, key: &KeyRow) -> Result<()>;
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It signs.
    Active,
    /// It does not sign any more, but what it signed counts.
    Verifying,
    /// Nothing it signs from here on counts.
    Retired,
}

impl KeyState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Verifying => "verifying",
            Self::Retired => "retired",
        }
    }
}

impl KeyRow {
    /// The state at `now`: the time of a login key that was replaced runs out
    /// without anybody having to write it down.
    pub fn state_at(&self, now: Timestamp) -> KeyState {
        let is_over = self.retired_at.is_some_and(|at| now >= at);
        match &*self.state {
            "active" => KeyState::Active,
            "verifying" if !is_over => KeyState::Verifying,
            _ => KeyState::Retired,
        }
    }

    pub fn has_purpose(&self, purpose: KeyPurpose) -> bool {
        self.purpose == purpose.as_str()
    }
}
