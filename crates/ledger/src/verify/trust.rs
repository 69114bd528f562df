//! Decides which keys of a log are trusted: a key that the caller received
//! separately, and the keys that key changes connect with it.

use crate::key_rows::KeyChain;
use crate::signing::keys::PublicKey;
use crate::signing::log_keys::{KEY_CHANGE_TITLE, LogKeys};
use crate::signing::split_notes;
use crate::signing::{NoteError, note};
use lac_model::fault::Fault;
use lac_store::Result;

/// Parses a public key `NAME+ID+KEY` (C2SP signed-note) into origin and key.
pub fn parse_trusted_key(text: &str) -> Result<(String, PublicKey)> {
    note::parse_verifier_key(text).map_err(|_| {
        let reason = "it is not a public key in the form that `lac key verifier` prints";
        Fault::invalid("--key", reason)
    })
}

/// The trusted keys: only `key`, or with `chain` (the output of `lac key
/// verifier --all`, text or JSON) all keys of a chain that contains it.
///
/// - `invalid_value`: `key` is not a public key
/// - `proof_missing`: `chain` is not a chain file
/// - `file_tampered`: `chain` contradicts itself or its signatures do not
///   verify
/// - `unknown_key`, `another_log`: `key` is not in `chain`, or is of another
///   log
pub fn trusted_keys(key: &str, chain: Option<&str>) -> Result<LogKeys> {
    let (origin, key) = parse_trusted_key(key)?;
    let Some(text) = chain else {
        return Ok(LogKeys::new(&origin, key));
    };
    let what = "the chain of keys".to_owned();
    let chain = parse_chain(text)?;
    if chain.origin() != origin {
        let found = chain.origin().to_owned();
        return Err(Fault::AnotherLog {
            what,
            found,
            expected: origin,
        });
    }
    chain.with_trusted(&key).ok_or(Fault::UnknownKey { what })
}

/// An unreadable chain is `proof_missing`; a readable one that contradicts
/// itself is `file_tampered`.
fn parse_chain(text: &str) -> Result<LogKeys> {
    let broken = |problem: &str| Fault::FileTampered {
        what: format!("the chain of keys: {problem}"),
    };
    let no_chain = || Fault::ProofMissing {
        what: "a chain of keys, as lac key verifier --all prints it,".to_owned(),
    };
    let text = if text.trim_start().starts_with('{') {
        serde_json::from_str::<KeyChain>(text)
            .map_err(|_| no_chain())?
            .to_text()
    } else {
        text.to_owned()
    };
    let (first, changes) = text.split_at(text.find(KEY_CHANGE_TITLE).unwrap_or(text.len()));
    let notes = match changes {
        "" => Vec::new(),
        some => split_notes(some),
    };
    let Ok(first) = note::parse_verifier_key(first) else {
        return Err(no_chain());
    };
    let (origin, first) = first;
    let chain = LogKeys::from_notes(&notes).map_err(|problem| match problem {
        NoteError::Malformed | NoteError::Body | NoteError::SignatureLine => no_chain(),
        other => broken(&other.to_string()),
    })?;
    let chain = chain.unwrap_or_else(|| LogKeys::new(&origin, first.clone()));
    if chain.origin() == origin && chain.keys().last() == Some(&first) {
        return Ok(chain);
    }
    Err(broken(
        "its first key is not the old key of its first key change",
    ))
}
