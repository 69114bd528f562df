//! The log's public keys for auditors: the current one, and how one got there.

use serde::{Deserialize, Serialize};

use crate::{Config, Desk};
use lac_ledger::fault::tampered;
use lac_ledger::keys::public_key;
use lac_ledger::keys::{ChainKey, KeyChain};
use lac_ledger::keys::{active, chain};
use lac_ledger::signing::NoteError;
use lac_ledger::signing::keys::Purpose;
use lac_ledger::signing::note;
use lac_store::{KeyRow, Result};

/// The current audit key as C2SP tools take it, for whoever verifies
/// checkpoints. Public: needs no resource.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Verifier {}

/// A public audit key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierKey {
    /// The store's name.
    pub origin: String,
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `name+hash+base64`: a C2SP signed-note verifier key.
    pub verifier: String,
}

impl Verifier {
    /// # Errors
    /// `log_tampered` where the store knows no audit key; what reading the
    /// store fails with.
    pub fn run(self, desk: &Desk<'_>) -> Result<VerifierKey> {
        let tx = desk.store.read()?;
        let rows = tx.signing_keys()?;
        let key = public_key(active(&rows, Purpose::Audit)?)?;
        let origin = Config::read(&*tx)?.store_name()?;
        Ok(VerifierKey {
            kid: key.thumbprint(),
            verifier: note::vkey(&origin, &key),
            origin,
        })
    }
}

/// Every audit key there was, with what each says of the next. Public: needs no
/// resource.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Verifiers {}

impl Verifiers {
    /// # Errors
    /// `log_tampered` where the statements do not verify; what reading the
    /// store fails with.
    pub fn run(self, desk: &Desk<'_>) -> Result<KeyChain> {
        let now = desk.clock.now();
        let tx = desk.store.read()?;
        let mut rows = tx.signing_keys()?;
        let origin = Config::read(&*tx)?.store_name()?;
        let chain = chain(&rows, &origin)?;
        if !chain.is_sound() {
            return Err(tampered(NoteError::Chain.to_string()));
        }
        rows.retain(|row| row.is_for(Purpose::Audit));
        let shown = |(at, row): (usize, &KeyRow)| {
            let key = public_key(row)?;
            let next = rows.get(at + 1).and_then(|next| next.since_size);
            Ok(ChainKey {
                kid: row.kid.clone(),
                verifier: note::vkey(&origin, &key),
                state: row.state_at(now).as_str().to_owned(),
                since_size: row.since_size.unwrap_or_default(),
                until_size: next.map(|size| size.saturating_sub(1)),
                statement: chain.change(&key).map(str::to_owned),
            })
        };
        let keys = rows.iter().enumerate().map(shown).collect::<Result<_>>()?;
        Ok(KeyChain { origin, keys })
    }
}
