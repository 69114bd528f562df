//! Which keys of a log are trusted: one that was handed over, and those that
//! signed statements lead to from it.

use crate::key_rows::KeyChain;
use crate::signing::keys::PublicKey;
use crate::signing::log_keys::{KEY_CHANGE_TITLE, LogKeys};
use crate::signing::split_notes;
use crate::signing::{NoteError, note};
use lac_model::fault::Fault;
use lac_store::Result;

/// Reads a key in C2SP's form: `name+hash+base64`.
pub fn parse_trusted_key(text: &str) -> Result<(String, PublicKey)> {
    note::parse_verifier_key(text).map_err(|_| {
        let reason = "it is not a public key in the form that `lac key verifier` prints";
        Fault::invalid("--key", reason)
    })
}

/// The keys that count for whoever holds this one: it alone, or those of a chain
/// file (`lac key verifier --all`, as text or JSON) that it is one of.
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

/// A text that cannot be read as a chain proves nothing; one that can, and
/// contradicts itself or its signatures, was changed.
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
    Err(broken("its first key is not the one that it begins with"))
}
