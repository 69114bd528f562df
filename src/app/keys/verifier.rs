//! The log's public keys for auditors: the current one, and how one got there.

use serde::{Deserialize, Serialize};

use crate::app::{Config, Desk};
use crate::signing::NoteError;
use crate::signing::keys::Purpose;
use crate::signing::note;
use crate::store::keys::{active, chain};
use crate::store::log::tampered;
use crate::store::{KeyRow, Result};

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
        let key = active(&rows, Purpose::Audit)?.key()?;
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

/// The keys of a log, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChain {
    /// The store's name.
    pub origin: String,
    pub keys: Vec<ChainKey>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// A C2SP signed-note verifier key.
    pub verifier: String,
    /// `active`, `verifying` or `retired`.
    pub state: String,
    /// The sizes whose checkpoints it may sign: from, and up to, inclusive.
    pub since_size: u64,
    pub until_size: Option<u64>,
    /// The signed note with which it took over; `null` for the first.
    pub statement: Option<String>,
}

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
            let key = row.key()?;
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

impl KeyChain {
    /// The chain as a text: the first key, then the statements, with an empty
    /// line before each.
    pub fn text(&self) -> String {
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
