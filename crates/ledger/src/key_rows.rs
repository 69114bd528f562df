//! Reads the stored keys: which one is active, and how the audit keys follow
//! each other.

use serde::{Deserialize, Serialize};

use lac_store::{KeyPurpose, KeyRow, KeyState, Result};

use crate::fault::log_tampered;
use crate::signing::keys::PublicKey;
use crate::signing::log_keys::{KeyChange, LogKeys};

/// The public key of a row.
pub fn public_key(row: &KeyRow) -> Result<PublicKey> {
    Ok(PublicKey::from_bytes(&row.public_key)?)
}

/// The one active key of a purpose. `log_tampered` if there is none, or more
/// than one.
pub fn active_key(rows: &[KeyRow], purpose: KeyPurpose) -> Result<&KeyRow> {
    let mut found = rows
        .iter()
        .filter(|row| row.has_purpose(purpose) && row.state == KeyState::Active.as_str());
    match (found.next(), found.next()) {
        (Some(row), None) => Ok(row),
        (None, _) => Err(log_tampered(format!(
            "the store has no active {} key",
            purpose.as_str()
        ))),
        (Some(_), Some(_)) => Err(log_tampered(format!(
            "the store has more than one active {} key",
            purpose.as_str()
        ))),
    }
}

/// The chain of audit keys, from all key rows in the order of their creation.
///
/// Checks here that each row names the key before it. The signatures are
/// verified when a checkpoint needs them ([`LogKeys::open`]).
pub fn log_keys(rows: &[KeyRow], origin: &str) -> Result<LogKeys> {
    let broken = || log_tampered("the stored audit keys do not form a valid chain");
    let newest = &active_key(rows, KeyPurpose::Audit)?.kid;
    let mut before: Option<(&KeyRow, PublicKey, LogKeys)> = None;
    for row in rows.iter().filter(|row| row.has_purpose(KeyPurpose::Audit)) {
        let key = public_key(row).map_err(|_| broken())?;
        if key.thumbprint() != row.kid {
            return Err(broken());
        }
        let chain = match before {
            None if row.since_size.is_none() && row.signed_by.is_none() => {
                LogKeys::new(origin, key.clone())
            }
            None => return Err(broken()),
            Some((old, old_key, chain)) => {
                if row.signed_by.as_deref() != Some(&old.kid) {
                    return Err(broken());
                }
                let change = KeyChange {
                    origin: origin.to_owned(),
                    old: old_key,
                    new: key.clone(),
                    size: row.since_size.ok_or_else(broken)?,
                    time: row.created_at,
                };
                chain.with_change(&change, row.signature.as_deref().ok_or_else(broken)?)
            }
        };
        before = Some((row, key, chain));
    }
    match before {
        Some((last, _, chain)) if last.kid == *newest => Ok(chain),
        _ => Err(broken()),
    }
}

/// The keys of a log, oldest first, as `lac key verifier --all -o json` prints
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChain {
    /// The store's name.
    pub origin: String,
    /// Oldest first.
    pub keys: Vec<KeyChainEntry>,
}

/// One key of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChainEntry {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// The public key, `NAME+ID+KEY` (C2SP signed-note).
    pub verifier: String,
    /// `active`, `verifying` or `retired`.
    pub state: String,
    /// The smallest number of events whose checkpoint this key may sign.
    pub since_size: u64,
    /// The largest one; `null` for the newest key.
    pub until_size: Option<u64>,
    /// The signed key change that introduced it; `null` for the first key.
    pub statement: Option<String>,
}

impl KeyChain {
    /// The chain file: the line of the first key, then every key change, each
    /// after an empty line.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if let Some(first) = self.keys.first() {
            text = format!("{}\n", first.verifier);
        }
        for statement in self.keys.iter().filter_map(|key| key.statement.as_ref()) {
            text.push('\n');
            text.push_str(statement);
        }
        text
    }
}
