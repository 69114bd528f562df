//! What the rows of keys say: which one counts, and how those of the log follow
//! each other.

use super::log::tampered;
use super::{KeyWrite, Permit, Result};
use crate::domain::time::Timestamp;
use crate::signing::chain::{Chain, Change};
use crate::signing::keys::{PublicKey, Purpose};

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

    pub fn is_for(&self, purpose: Purpose) -> bool {
        self.purpose == purpose.as_str()
    }

    /// # Errors
    /// `io` for bytes that are no key.
    pub fn key(&self) -> Result<PublicKey> {
        Ok(PublicKey::from_bytes(&self.public_key)?)
    }
}

/// The key of that purpose that signs.
///
/// # Errors
/// `log_tampered` where there is none, or more than one.
pub fn active(rows: &[KeyRow], purpose: Purpose) -> Result<&KeyRow> {
    let mut found = rows
        .iter()
        .filter(|row| row.is_for(purpose) && row.state == KeyState::Active.as_str());
    match (found.next(), found.next()) {
        (Some(row), None) => Ok(row),
        (None, _) => Err(tampered(format!(
            "the store knows no {} key",
            purpose.as_str()
        ))),
        (Some(_), Some(_)) => Err(tampered(format!(
            "the store knows several {} keys that sign",
            purpose.as_str()
        ))),
    }
}

/// The chain of the log's keys. Signatures are verified when something rests on
/// them; that each names the one before it is seen at once.
///
/// # Errors
/// `log_tampered` for rows that are no chain.
pub fn chain(rows: &[KeyRow], origin: &str) -> Result<Chain> {
    let broken = || tampered("what is kept of the log's keys does not fit together");
    let newest = &active(rows, Purpose::Audit)?.kid;
    let mut before: Option<(&KeyRow, PublicKey, Chain)> = None;
    for row in rows.iter().filter(|row| row.is_for(Purpose::Audit)) {
        let key = row.key().map_err(|_| broken())?;
        if key.thumbprint() != row.kid {
            return Err(broken());
        }
        let chain = match before {
            None if row.since_size.is_none() && row.signed_by.is_none() => {
                Chain::of(origin, key.clone())
            }
            None => return Err(broken()),
            Some((old, old_key, chain)) => {
                if row.signed_by.as_deref() != Some(&old.kid) {
                    return Err(broken());
                }
                let change = Change {
                    origin: origin.to_owned(),
                    old: old_key,
                    new: key.clone(),
                    size: row.since_size.ok_or_else(broken)?,
                    time: row.created_at,
                };
                chain.then(&change, row.signature.as_deref().ok_or_else(broken)?)
            }
        };
        before = Some((row, key, chain));
    }
    match before {
        Some((last, _, chain)) if last.kid == *newest => Ok(chain),
        _ => Err(broken()),
    }
}
