//! The newest signed checkpoint as a receipt, and reading those of others.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::fault::log_tampered;
use crate::merkle::Hash;
use crate::proof;
use crate::signing::NoteError;
use crate::signing::log_keys::{LogKeys, VerifiedCheckpoint};
use crate::signing::note::{self, Checkpoint};
use crate::signing::split_notes;
use crate::source::EventSource;
use crate::tree::{EventTree, root_at};
use lac_model::fault::Fault;
use lac_store::Result;

/// A signed statement of how large the log is and what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The store's name.
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// Root of the tree over them, base64.
    pub root: String,
    /// The C2SP signed note, byte for byte.
    pub note: String,
    /// The public key, as C2SP tools take it.
    pub key: String,
    /// That it continues an older one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<ConsistencyProof>,
}

/// A consistency proof (RFC 6962, section 2.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// Number of events of the older checkpoint, and its root, base64.
    pub size: u64,
    pub root: String,
    /// Base64.
    pub hashes: Vec<String>,
}

/// The proof that the log goes on from an older checkpoint.
pub fn prove_continuation(
    source: EventSource<'_>,
    older: &str,
    newest: &Checkpoint,
    keys: &LogKeys,
) -> Result<ConsistencyProof> {
    let older = open_checkpoint("the older checkpoint", older, keys)?.checkpoint;
    if older.size > newest.size {
        return Err(log_tampered(format!(
            "the older checkpoint knows {} events, the log has only {}: an older copy was put back",
            older.size, newest.size
        )));
    }
    if root_at(source, older.size)? != older.root {
        return Err(log_tampered(format!(
            "the first {} events are not those of the older checkpoint",
            older.size
        )));
    }
    let tree = EventTree::new(source, newest.size)?;
    let hashes = proof::prove_consistency(&tree, older.size, newest.size)?;
    Ok(ConsistencyProof {
        size: older.size,
        root: STANDARD.encode(older.root),
        hashes: hashes.iter().map(|hash| STANDARD.encode(hash)).collect(),
    })
}

/// The checkpoint in a note that somebody handed over; empty lines around it do
/// not matter. Only what a trusted key proves is a difference: a note by another
/// key, or of another log, shows nothing about this one, and neither does a text
/// that is no note.
pub fn open_checkpoint(what: &str, note: &str, keys: &LogKeys) -> Result<VerifiedCheckpoint> {
    let note = match split_notes(note.trim_start_matches('\n'))[..] {
        [one] => one,
        _ => note,
    };
    keys.open(note.as_bytes()).map_err(|problem| match problem {
        NoteError::TooLong | NoteError::Malformed | NoteError::Body | NoteError::SignatureLine => {
            unreadable_note(what)
        }
        NoteError::UnknownKey => Fault::UnknownKey {
            what: what.to_owned(),
        },
        NoteError::Origin => Fault::AnotherLog {
            what: what.to_owned(),
            found: note::claimed_origin(note).unwrap_or_default().to_owned(),
            expected: keys.origin().to_owned(),
        },
        other => Fault::FileTampered {
            what: format!("{what}: {other}"),
        },
    })
}

/// A text that cannot be read as a signed checkpoint proves nothing.
pub fn unreadable_note(what: &str) -> Fault {
    Fault::ProofMissing {
        what: format!(
            "{what}: a signed checkpoint as lac log checkpoint prints it, with nothing before or \
             after it,"
        ),
    }
}

impl Receipt {
    /// Checks it with nothing but the log's keys: its signature, and that it continues
    /// an older checkpoint.
    pub fn verify(&self, keys: &LogKeys, older: Option<&Checkpoint>) -> Result<VerifiedCheckpoint> {
        let opened = open_checkpoint("the checkpoint", &self.note, keys)?;
        let Some(older) = older else {
            return Ok(opened);
        };
        let signed = &opened.checkpoint;
        let proof = self
            .consistency
            .as_ref()
            .filter(|proof| proof.size == older.size);
        let hashes = match proof {
            Some(proof) => proof
                .hashes
                .iter()
                .map(|text| decode_hash(text))
                .collect::<Result<Vec<_>>>()?,
            None if older.size == signed.size => Vec::new(),
            None => {
                return Err(Fault::ProofMissing {
                    what: format!("the proof that it continues {} events", older.size),
                });
            }
        };
        let (old, new) = ((older.size, &older.root), (signed.size, &signed.root));
        proof::verify_consistency(old.0, old.1, new.0, new.1, &hashes)
            .map_err(|e| log_tampered(format!("it does not continue the older checkpoint: {e}")))?;
        Ok(opened)
    }
}

fn decode_hash(text: &str) -> Result<Hash> {
    let bytes = STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Fault::ProofMissing {
        what: "a proof that can be read (one of its hashes is damaged)".to_owned(),
    })
}
