//! The whole log computed anew from the stored bytes: every text, commitment
//! and column, the tree, the signature, the checkpoint file, the archives, the
//! indexes, and what was erased.

mod archives;
mod caveats;
mod chunk;
mod consents;
mod files;
mod findings;
mod indexes;
mod log;
mod outside;
mod proof_checker;
mod ranges;
mod row;
mod state;
mod trust;

use serde::{Deserialize, Serialize};

pub use self::consents::consent_mismatch;
pub use self::files::{FileBundle, FileVerification, verify_file};
pub use self::findings::{Finding, Findings};
pub use self::log::LogVerifier;
pub use self::proof_checker::ProofChecker;
pub use self::trust::{parse_trusted_key, trusted_keys};

use crate::signing::log_keys::LogKeys;
use crate::signing::note;
use lac_model::fault::Fault;
use lac_store::Result;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogVerification {
    /// The store's name.
    pub origin: String,
    /// Events that were computed anew.
    pub events: u64,
    /// Those of them in archives, and how many archives.
    pub archived: u64,
    pub archives: u64,
    /// Shopper parts that were erased, each listed by an event.
    pub erased: u64,
    /// Root of the tree, base64; the signed checkpoint says the same.
    pub root: String,
    /// The older checkpoint's number of events, all still as they were.
    pub since: Option<u64>,
    /// The event that records this verification; `null` where the group is not
    /// logged or there is no private key here.
    pub audit_seq: Option<u64>,
    /// Every difference; none is left out silently.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
    /// What is no difference: damaged rows beside the log, and events with a
    /// field that is out of form and is what was signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What is missing, so that nothing can be said of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Fault>,
}

impl LogVerification {
    pub fn to_result(&self) -> Result<()> {
        if let Some(what) = self.findings.summary() {
            return Err(Fault::LogTampered { what });
        }
        self.missing.first().cloned().map_or(Ok(()), Err)
    }
}

/// A signed note's checkpoint, or what is wrong with it.
fn open_note(text: &[u8], keys: &LogKeys) -> std::result::Result<note::Checkpoint, String> {
    let opened = keys.open(text).map_err(|e| e.to_string())?;
    Ok(opened.checkpoint)
}
