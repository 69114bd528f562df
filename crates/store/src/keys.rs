//! The port's traits and rows for signing keys. Only public keys are stored
//! here.

use serde::{Deserialize, Serialize};

use super::{KeyWrite, Permit, Result};
use lac_model::time::Timestamp;

/// What a key signs. A store has one current key for each purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPurpose {
    /// Login tokens.
    Login,
    /// Checkpoints of the audit log.
    Audit,
}

impl KeyPurpose {
    /// The name in files, tables and the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Audit => "audit",
        }
    }
}

/// A public key, its purpose and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    pub kid: String,
    pub purpose: String,
    pub public_key: [u8; 32],
    /// `active`, `verifying` or `retired`; see [`KeyState`].
    pub state: String,
    pub created_at: Timestamp,
    /// When its signatures stopped being valid. For a `verifying` login key:
    /// when they will.
    pub retired_at: Option<Timestamp>,
    /// The log's size when it became the current audit key; `None` for the
    /// first key of its purpose.
    pub since_size: Option<u64>,
    /// The kid of the audit key before it.
    pub signed_by: Option<String>,
    /// Two signatures of the statement that replaces the old key by this one:
    /// the old key's, then this key's.
    pub signature: Option<Vec<u8>>,
}

/// Signing keys.
pub trait KeyReads {
    /// All keys ever used, ordered by creation.
    fn signing_keys(&self) -> Result<Vec<KeyRow>>;
}

/// Changes to signing keys.
pub trait KeyWrites {
    /// Inserts a key. If the kid exists, only `state` and `retired_at` are
    /// updated.
    fn signing_key_put(&self, permit: &Permit<'_, KeyWrite>, key: &KeyRow) -> Result<()>;
}

/// What a key can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It signs.
    Active,
    /// It no longer signs, but its signatures are valid.
    Verifying,
    /// It no longer signs, and new signatures by it are not valid.
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
    /// The state at `now`. A replaced login key retires when its time is over,
    /// without any write.
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
