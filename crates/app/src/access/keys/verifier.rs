//! The log's public keys, for auditors.

use serde::{Deserialize, Serialize};

use crate::{Config, Context};
use lac_ledger::fault::log_tampered;
use lac_ledger::key_rows::public_key;
use lac_ledger::key_rows::{KeyChain, KeyChainEntry};
use lac_ledger::key_rows::{active_key, log_keys};
use lac_ledger::signing::NoteError;
use lac_ledger::signing::keys::KeyPurpose;
use lac_ledger::signing::note;
use lac_store::{KeyRow, Result};

/// Returns the current audit key in C2SP form, for verifying checkpoints. It is
/// public, so no resource is needed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeyVerifier {}

/// A public audit key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierKeyView {
    /// The store's name.
    pub origin: String,
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `name+hash+base64`: a C2SP signed-note verifier key.
    pub verifier: String,
}

impl KeyVerifier {
    /// # Errors
    /// `log_tampered` if the store has no audit key; errors of reading the
    /// store.
    pub fn run(self, context: &Context<'_>) -> Result<VerifierKeyView> {
        let tx = context.store.read()?;
        let rows = tx.signing_keys()?;
        let key = public_key(active_key(&rows, KeyPurpose::Audit)?)?;
        let origin = Config::read(&*tx)?.store_name()?;
        Ok(VerifierKeyView {
            kid: key.thumbprint(),
            verifier: note::verifier_key(&origin, &key),
            origin,
        })
    }
}

/// Returns all audit keys, each with its signed change to the next. They are
/// public, so no resource is needed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeyVerifiers {}

impl KeyVerifiers {
    /// # Errors
    /// `log_tampered` if the key changes do not verify; errors of reading the
    /// store.
    pub fn run(self, context: &Context<'_>) -> Result<KeyChain> {
        let now = context.clock.now();
        let tx = context.store.read()?;
        let mut rows = tx.signing_keys()?;
        let origin = Config::read(&*tx)?.store_name()?;
        let chain = log_keys(&rows, &origin)?;
        if !chain.is_valid() {
            return Err(log_tampered(NoteError::KeyChain.to_string()));
        }
        rows.retain(|row| row.has_purpose(KeyPurpose::Audit));
        let shown = |(at, row): (usize, &KeyRow)| {
            let key = public_key(row)?;
            let next = rows.get(at + 1).and_then(|next| next.since_size);
            Ok(KeyChainEntry {
                kid: row.kid.clone(),
                verifier: note::verifier_key(&origin, &key),
                state: row.state_at(now).as_str().to_owned(),
                since_size: row.since_size.unwrap_or_default(),
                until_size: next.map(|size| size.saturating_sub(1)),
                statement: chain.change_note(&key).map(str::to_owned),
            })
        };
        let keys = rows.iter().enumerate().map(shown).collect::<Result<_>>()?;
        Ok(KeyChain { origin, keys })
    }
}
