//! The keys of a log, one after another, and what each says of the next.
//!
//! A log outlives its keys. When one is replaced, both sign a *key change*: the
//! old one, so that whoever trusts it can go on to the new one; the new one, so
//! that whoever trusts that can go back, and so that nobody who got hold of the
//! old one can say another size. The byte-exact text is in `docs/proofs.md`.

use std::sync::OnceLock;

use super::error::NoteError;
use super::keys::{PrivateKey, PublicKey};
use super::note::{self, Checkpoint};
use lac_model::time::Timestamp;

/// The first line. It has spaces, so that it is no store's name: nothing with
/// this line can be taken for a checkpoint, nor for a manifest.
pub const KEY_CHANGE_TITLE: &str = "lac key change 1";

/// That one key takes over from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The store's name.
    pub origin: String,
    pub old: PublicKey,
    pub new: PublicKey,
    /// The first size of the tree that the new key signs; the old one signs
    /// what is smaller.
    pub size: u64,
    pub time: Timestamp,
}

impl KeyChange {
    /// What is signed.
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

    /// Reads [`text`](Self::text) back; there is one way to write it.
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

    /// Both signatures, the old key's first.
    pub fn sign(&self, old: &PrivateKey, new: &PrivateKey) -> Vec<u8> {
        let text = self.signed_text();
        [old.sign(text.as_bytes()), new.sign(text.as_bytes())].concat()
    }

    /// The signed note of the two signatures; nothing is checked.
    pub fn to_note(&self, signatures: &[u8]) -> String {
        let (old, new) = signatures.split_at(signatures.len().min(64));
        let line = |key, signature| note::signature_line(&self.origin, key, signature);
        let (old, new) = (line(&self.old, old), line(&self.new, new));
        format!("{}\n{old}\n{new}\n", self.signed_text())
    }

    /// Reads a signed note; both keys must have signed it.
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

/// A key of the chain.
#[derive(Debug, Clone)]
struct LogKey {
    key: PublicKey,
    /// The first size that counts.
    since: u64,
    /// The signed change that brought it; none for the first.
    change: Option<String>,
}

/// All keys of a log, oldest first, and the one that is trusted to begin with.
#[derive(Debug)]
pub struct LogKeys {
    origin: String,
    entries: Vec<LogKey>,
    trusted_index: usize,
    validity: OnceLock<bool>,
}

/// A checkpoint and the key that signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    pub checkpoint: Checkpoint,
    pub key: PublicKey,
    /// From which size on another key signs.
    pub replaced_at: Option<u64>,
}

impl LogKeys {
    /// The chain of one key, which is trusted.
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

    /// Adds the key that came next, and trusts it. The signatures are verified
    /// when something rests on them.
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

    /// The chain of signed changes, oldest first; all of them are verified.
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

    /// The same chain, trusted because of that key; `None` if it is none of it.
    #[must_use]
    pub fn with_trusted(mut self, key: &PublicKey) -> Option<Self> {
        self.trusted_index = self.entries.iter().position(|link| link.key == *key)?;
        Some(self)
    }

    /// The store's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The key that signs now.
    pub fn newest(&self) -> &PublicKey {
        let last = self.entries.len() - 1;
        &self.entries[last].key
    }

    /// The keys, newest first.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.entries.iter().rev().map(|link| &link.key)
    }

    /// The signed change that brought a key.
    pub fn change_note(&self, key: &PublicKey) -> Option<&str> {
        let link = self.entries.iter().find(|link| link.key == *key)?;
        link.change.as_deref()
    }

    /// Whether each key was named by the one before it, in order, and both
    /// signed that.
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

    /// The checkpoint in a note. A key counts for the sizes between its own
    /// beginning and that of the next.
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
        // The newest key that is trusted by itself needs no other's word: an
        // act verifies no more than it did before there were others.
        let stands_alone = replaced_at.is_none() && at == self.trusted_index;
        if !stands_alone && !self.is_valid() {
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
