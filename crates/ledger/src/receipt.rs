//! Receipts: signed checkpoints that somebody keeps, to check later that the
//! log continues them.

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

/// A signed checkpoint, as `lac log checkpoint -o json` prints it. Only `note`
/// and `consistency` prove anything; the other members repeat what `note` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The store's name.
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// Root of the tree over them, base64.
    pub root: String,
    /// The signed note, byte for byte.
    pub note: String,
    /// The public key, `NAME+ID+KEY`. For information: verify with a key that
    /// you trust.
    pub key: String,
    /// The proof that it continues an older checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<ConsistencyProof>,
}

/// A consistency proof (RFC 6962, section 2.1.2) from an older checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// Number of events of the older checkpoint.
    pub size: u64,
    /// Root of the older checkpoint, base64.
    pub root: String,
    /// The hashes of the proof, base64, in the order of the RFC.
    pub hashes: Vec<String>,
}

/// Proves that the log continues a signed checkpoint. `older` is the signed
/// note, `newest` the checkpoint of the head. `log_tampered` if the log does
/// not continue it; otherwise the faults of [`open_checkpoint`].
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

/// Opens a signed checkpoint that somebody supplied. Empty lines around it are
/// ignored. `what` names it in messages.
///
/// - `unknown_key`, `another_log`: no trusted key signed it, or it is of
///   another log; this says nothing about the log
/// - `proof_missing`: it is not a signed checkpoint; this says nothing either
/// - `file_tampered`: a trusted key's signature does not verify, or the key was
///   not valid for that size
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

/// The fault for a text that is not a signed checkpoint.
pub fn unreadable_note(what: &str) -> Fault {
    Fault::ProofMissing {
        what: format!(
            "{what}: a signed checkpoint as lac log checkpoint prints it, with nothing before or \
             after it,"
        ),
    }
}

impl Receipt {
    /// Verifies signature and origin, and with `older` that this checkpoint
    /// continues it. The faults are those of [`open_checkpoint`]; also
    /// `proof_missing` if there is no proof for `older`, and `log_tampered` if
    /// it fails.
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
