//! The audit keys of a log, and the key changes that connect them.
//!
//! When a key is replaced, both keys sign a *key change*. The old key's
//! signature lets a verifier that trusts the old key accept the new one. The
//! new key's signature lets a verifier that trusts the new key accept the old
//! one, and prevents a thief of the old key from claiming another size. The
//! format is in `docs/proofs.md`, Key changes.

use std::sync::OnceLock;

use super::error::NoteError;
use super::keys::{PrivateKey, PublicKey};
use super::note::{self, Checkpoint};
use lac_model::time::Timestamp;

/// The first line of a key change. It contains spaces, so it is not an origin,
/// and no checkpoint or manifest can begin with it.
pub const KEY_CHANGE_TITLE: &str = "lac key change 1";

/// The replacement of one audit key by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The store's name.
    pub origin: String,
    pub old: PublicKey,
    pub new: PublicKey,
    /// The smallest number of events whose checkpoint the new key may sign. The
    /// old key signs smaller ones.
    pub size: u64,
    /// When the key was replaced; for information.
    pub time: Timestamp,
}

impl KeyChange {
    /// The text that both keys sign.
    fn signed_text(&self) -> String {
        let key = |key| note::verifier_key(&self.origin, key);
        format!(
            "{KEY_CHANGE_TITLE}\n{}\n{}\n{}\n{}\n{}\n",
            self.origin,
            key(&self.old),
            key(&self.new),
            self.size,
            self.time
        )
    }

    /// Parses [`signed_text`](Self::signed_text). There is only one way to
    /// write a change.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n').skip(1);
        let origin = lines.next()?.to_owned();
        let mut key = || Some(note::parse_verifier_key(lines.next()?).ok()?.1);
        let (old, new) = (key()?, key()?);
        let change = Self {
            origin,
            old,
            new,
            size: lines.next()?.parse().ok()?,
            time: lines.next()?.parse().ok()?,
        };
        (change.signed_text() == text && note::is_valid_origin(&change.origin)).then_some(change)
    }

    /// Both signatures, 64 bytes each, the old key's first.
    pub fn sign(&self, old: &PrivateKey, new: &PrivateKey) -> Vec<u8> {
        let text = self.signed_text();
        [old.sign(text.as_bytes()), new.sign(text.as_bytes())].concat()
    }

    /// The signed note with these signatures, which are not checked.
    pub fn to_note(&self, signatures: &[u8]) -> String {
        let (old, new) = signatures.split_at(signatures.len().min(64));
        let line = |key, signature| note::signature_line(&self.origin, key, signature);
        let (old, new) = (line(&self.old, old), line(&self.new, new));
        format!("{}\n{old}\n{new}\n", self.signed_text())
    }

    /// Parses a signed note. Both signatures must verify.
    pub fn from_note(signed: &str) -> Result<Self, NoteError> {
        let (text, signatures) = signed.split_once("\n\n").ok_or(NoteError::Malformed)?;
        let text = format!("{text}\n");
        let change = Self::parse(&text).ok_or(NoteError::Body)?;
        let lines: Vec<&str> = signatures.split('\n').collect();
        let [old, new, ""] = lines[..] else {
            return Err(NoteError::SignatureLine);
        };
        note::check_signature(&text, old, &change.origin, &change.old)?;
        note::check_signature(&text, new, &change.origin, &change.new)?;
        Ok(change)
    }
}

#[derive(Debug, Clone)]
struct LogKey {
    key: PublicKey,
    /// The smallest size that it may sign.
    since: u64,
    /// The signed key change that introduced it; `None` for the first key.
    change: Option<String>,
}

/// The audit keys of a log, oldest first, and which of them is trusted without
/// the others.
#[derive(Debug)]
pub struct LogKeys {
    origin: String,
    entries: Vec<LogKey>,
    trusted_index: usize,
    validity: OnceLock<bool>,
}

/// A checkpoint whose signature was verified, and the key that signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    pub checkpoint: Checkpoint,
    pub key: PublicKey,
    /// The size from which on another key signs; `None` if the key is the
    /// newest.
    pub replaced_at: Option<u64>,
}

impl LogKeys {
    /// A chain of one trusted key.
    pub fn new(origin: &str, key: PublicKey) -> Self {
        let first = LogKey {
            key,
            since: 0,
            change: None,
        };
        Self {
            origin: origin.to_owned(),
            entries: vec![first],
            trusted_index: 0,
            validity: OnceLock::new(),
        }
    }

    /// Adds the next key and trusts it. The signatures are verified when
    /// [`open`](Self::open) needs them.
    #[must_use]
    pub fn with_change(mut self, change: &KeyChange, signatures: &[u8]) -> Self {
        self.entries.push(LogKey {
            key: change.new.clone(),
            since: change.size,
            change: Some(change.to_note(signatures)),
        });
        self.trusted_index = self.entries.len() - 1;
        self.validity = OnceLock::new();
        self
    }

    /// A chain from signed key changes, oldest first, all verified. Trusts the
    /// newest key. `None` if there are no changes.
    pub fn from_notes(notes: &[&str]) -> Result<Option<Self>, NoteError> {
        let mut chain: Option<Self> = None;
        for signed in notes {
            let change = KeyChange::from_note(signed)?;
            let mut before = match chain.take() {
                Some(before) => before,
                None => Self::new(&change.origin, change.old.clone()),
            };
            before.entries.push(LogKey {
                key: change.new,
                since: change.size,
                change: Some((*signed).to_owned()),
            });
            before.trusted_index = before.entries.len() - 1;
            chain = Some(before);
        }
        match chain {
            Some(chain) if !chain.is_valid() => Err(NoteError::KeyChain),
            chain => Ok(chain),
        }
    }

    /// The same chain with another trusted key; `None` if the key is not in it.
    #[must_use]
    pub fn with_trusted(mut self, key: &PublicKey) -> Option<Self> {
        self.trusted_index = self.entries.iter().position(|link| link.key == *key)?;
        Some(self)
    }

    /// The store's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The active key.
    pub fn newest(&self) -> &PublicKey {
        let last = self.entries.len() - 1;
        &self.entries[last].key
    }

    /// All keys, newest first.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.entries.iter().rev().map(|link| &link.key)
    }

    /// The signed key change that introduced a key.
    pub fn change_note(&self, key: &PublicKey) -> Option<&str> {
        let link = self.entries.iter().find(|link| link.key == *key)?;
        link.change.as_deref()
    }

    /// Whether the key changes connect all keys in order, with increasing sizes
    /// and valid signatures, and no key occurs twice.
    pub fn is_valid(&self) -> bool {
        *self.validity.get_or_init(|| {
            let fits = |pair: &[LogKey]| {
                let signed = pair[1].change.as_deref().map(KeyChange::from_note);
                signed.is_some_and(|change| {
                    change.is_ok_and(|change| {
                        change.origin == self.origin
                            && change.old == pair[0].key
                            && change.new == pair[1].key
                            && change.size == pair[1].since
                            && pair[0].since < pair[1].since
                    })
                })
            };
            let is_new = |at: usize| {
                let key = &self.entries[at].key;
                self.entries[..at].iter().all(|link| link.key != *key)
            };
            self.entries.windows(2).all(fits) && (0..self.entries.len()).all(is_new)
        })
    }

    /// Opens a signed checkpoint. Its signature must verify, its origin must be
    /// that of the chain, and the key must have been valid for its size.
    pub fn open(&self, signed: &[u8]) -> Result<VerifiedCheckpoint, NoteError> {
        for (at, link) in self.entries.iter().enumerate().rev() {
            let key = std::slice::from_ref(&link.key);
            match note::open(signed, &self.origin, key) {
                Err(NoteError::UnknownKey) => {}
                Err(other) => return Err(other),
                Ok(checkpoint) => return self.check_size(at, checkpoint),
            }
        }
        Err(NoteError::UnknownKey)
    }

    fn check_size(
        &self,
        at: usize,
        checkpoint: Checkpoint,
    ) -> Result<VerifiedCheckpoint, NoteError> {
        let link = &self.entries[at];
        let replaced_at = self.entries.get(at + 1).map(|next| next.since);
        // If the newest key signed it and is trusted without the others, the
        // chain need not be verified. This saves signatures on every write.
        let is_newest_trusted = replaced_at.is_none() && at == self.trusted_index;
        if !is_newest_trusted && !self.is_valid() {
            return Err(NoteError::KeyChain);
        }
        if checkpoint.size < link.since {
            return Err(NoteError::KeyNotYetValid);
        }
        if replaced_at.is_some_and(|next| checkpoint.size >= next) {
            return Err(NoteError::KeyReplaced);
        }
        Ok(VerifiedCheckpoint {
            checkpoint,
            key: link.key.clone(),
            replaced_at,
        })
    }
}

#[cfg(test)]
#[path = "log_keys_tests.rs"]
mod tests;
