//! Signed checkpoints: C2SP [tlog-checkpoint](https://c2sp.org/tlog-checkpoint)
//! in a C2SP [signed-note](https://c2sp.org/signed-note).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::error::NoteError;
use super::keys::{PrivateKey, PublicKey};
use lac_model::bytes::Hash;

/// The longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 64 * 1024;

/// The type byte of Ed25519 keys in signed notes.
const ED25519_KEY_TYPE: u8 = 0x01;

/// The size and root of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The store's name; see [`is_valid_origin`].
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The signed text: origin, decimal size and base64 root, each with a
    /// newline.
    fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root)
        )
    }

    /// Parses [`text`](Self::text). Extension lines, which the format allows,
    /// are refused: there is only one way to write a checkpoint.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let origin = lines.next()?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let checkpoint = Self { origin, size, root };
        (checkpoint.text() == text).then_some(checkpoint)
    }
}

/// Whether a store's name can be the origin of a log: 1 to 255 bytes without
/// white space, control characters and `+` (the rule of signed-note for key
/// names).
pub fn is_valid_origin(name: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    (1..=255).contains(&name.len()) && name.chars().all(fits)
}

/// The public key in the form `NAME+ID+KEY` of signed-note, which `lac key
/// verifier` prints.
pub fn verifier_key(origin: &str, key: &PublicKey) -> String {
    let hash = u32::from_be_bytes(key_hash(origin, key));
    format!(
        "{origin}+{hash:08x}+{}",
        STANDARD.encode(typed_key_bytes(key))
    )
}

/// The signed note of a checkpoint. Its origin must satisfy
/// [`is_valid_origin`]; otherwise no verifier can open the note.
pub fn sign(checkpoint: &Checkpoint, key: &PrivateKey) -> String {
    debug_assert!(is_valid_origin(&checkpoint.origin));
    sign_note(&checkpoint.text(), &checkpoint.origin, key)
}

fn sign_note(text: &str, name: &str, key: &PrivateKey) -> String {
    format!("{text}\n{}\n", sign_text(text, name, key))
}

/// The signature line (`— NAME SIGNATURE`, without its newline) for a text that
/// ends with a newline. Do not use it for a text that could be read as a
/// checkpoint.
pub fn sign_text(text: &str, name: &str, key: &PrivateKey) -> String {
    signature_line(name, &key.public(), &key.sign(text.as_bytes()))
}

/// The signature line for an existing signature of 64 bytes, which is not
/// checked.
pub fn signature_line(name: &str, key: &PublicKey, signature: &[u8]) -> String {
    let signature = [&key_hash(name, key)[..], signature].concat();
    format!("— {name} {}", STANDARD.encode(signature))
}

/// Checks that a signature line is of this name and key and that the signature
/// of `text` verifies.
pub fn check_signature(
    text: &str,
    line: &str,
    name: &str,
    key: &PublicKey,
) -> Result<(), NoteError> {
    let line = SignatureLine::parse(line).ok_or(NoteError::SignatureLine)?;
    if line.name != name || line.key_hash != key_hash(name, key) {
        return Err(NoteError::UnknownKey);
    }
    if key.verifies(text.as_bytes(), &line.signature) {
        return Ok(());
    }
    Err(NoteError::Signature)
}

/// Parses [`verifier_key`] into name and key. The ID must match.
pub fn parse_verifier_key(text: &str) -> Result<(String, PublicKey), NoteError> {
    let read = || {
        let (name, rest) = text.trim().split_once('+')?;
        let (hash, encoded) = rest.split_once('+')?;
        let typed = STANDARD.decode(encoded).ok()?;
        let (kind, key) = typed.split_first()?;
        let key = PublicKey::from_bytes(key)
            .ok()
            .filter(|_| *kind == ED25519_KEY_TYPE)?;
        let same = u32::from_str_radix(hash, 16).ok()?.to_be_bytes() == key_hash(name, &key);
        (same && is_valid_origin(name)).then(|| (name.to_owned(), key))
    };
    read().ok_or(NoteError::UnknownKey)
}

/// The origin in a note whose signature was not checked.
pub fn claimed_origin(note: &str) -> Option<&str> {
    note.lines().next().filter(|name| is_valid_origin(name))
}

/// Opens a signed checkpoint: size, form, origin, then signatures. At least one
/// of `keys` must have signed it.
///
/// Signature lines of other signers are ignored, but must be well-formed. Each
/// line of a known key must verify, and each key may have one line.
pub fn open(note: &[u8], origin: &str, keys: &[PublicKey]) -> Result<Checkpoint, NoteError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(NoteError::TooLong);
    }
    let (text, signatures) = split_note(note).ok_or(NoteError::Malformed)?;
    let checkpoint = Checkpoint::parse(text).ok_or(NoteError::Body)?;
    if checkpoint.origin != origin {
        return Err(NoteError::Origin);
    }
    let mut signers = Vec::new();
    for line in signatures.split_terminator('\n') {
        let line = SignatureLine::parse(line).ok_or(NoteError::SignatureLine)?;
        let ours = |key: &&PublicKey| line.name == origin && line.key_hash == key_hash(origin, key);
        let mut candidates = keys.iter().filter(ours).peekable();
        if candidates.peek().is_none() {
            continue;
        }
        let verified = candidates.any(|key| key.verifies(text.as_bytes(), &line.signature));
        if !verified || signers.contains(&line.key_hash) {
            return Err(NoteError::Signature);
        }
        signers.push(line.key_hash);
    }
    if signers.is_empty() {
        return Err(NoteError::UnknownKey);
    }
    Ok(checkpoint)
}

/// The signed text, with its last newline, and the signature lines.
fn split_note(note: &[u8]) -> Option<(&str, &str)> {
    let note = std::str::from_utf8(note).ok()?;
    if !note.ends_with('\n') || note.chars().any(|c| c.is_control() && c != '\n') {
        return None;
    }
    let blank = note.rfind("\n\n")?;
    let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
    (!signatures.is_empty()).then_some((text, signatures))
}

struct SignatureLine<'a> {
    name: &'a str,
    key_hash: [u8; 4],
    signature: Vec<u8>,
}

impl<'a> SignatureLine<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let decoded = STANDARD.decode(encoded).ok()?;
        let (key_hash, signature) = decoded.split_first_chunk()?;
        let well_formed = is_valid_origin(name) && !signature.is_empty();
        well_formed.then(|| Self {
            name,
            key_hash: *key_hash,
            signature: signature.to_vec(),
        })
    }
}

/// The key ID in a signature line: the first four bytes of SHA-256(name ‖ 0x0A
/// ‖ 0x01 ‖ key).
fn key_hash(name: &str, key: &PublicKey) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([0x0A]);
    let [a, b, c, d, ..]: Hash = hash.chain_update(typed_key_bytes(key)).finalize().into();
    [a, b, c, d]
}

fn typed_key_bytes(key: &PublicKey) -> Vec<u8> {
    [&[ED25519_KEY_TYPE][..], &key.to_bytes()].concat()
}

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
