//! Verifies the whole log with [`LogVerifier`], or a single file with
//! [`verify_file`]. The documentation of the [crate] lists the steps of
//! both in order.
//!
//! A [`LogVerifier`] computes everything again from the stored bytes: texts,
//! commitments, columns, tree, signature, checkpoint file, archives, indexes,
//! erasures, recorded state and consents. It collects all differences as
//! [`Findings`]; [`verify_file`] stops at the first one.

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

/// The result of verifying the whole log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogVerification {
    /// The store's name.
    pub origin: String,
    /// Number of events that were checked.
    pub events: u64,
    /// How many of them are in archives.
    pub archived: u64,
    /// Number of archives.
    pub archives: u64,
    /// Number of erased `shopper` parts. Each one that no event lists is a
    /// finding.
    pub erased: u64,
    /// Root of the tree as computed, base64. Without findings it is the signed
    /// one.
    pub root: String,
    /// Size of the largest older checkpoint that was compared.
    pub since: Option<u64>,
    /// The event that records this verification; `null` if its group is left
    /// out of the log or the private key is not available.
    pub audit_seq: Option<u64>,
    /// All differences.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
    /// Observations that are no difference: unreadable rows outside of the log,
    /// and tickets in a form that is not allowed but was signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What is missing and therefore could not be checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Fault>,
}

impl LogVerification {
    /// `log_tampered` if there are findings; otherwise the first of what is
    /// missing.
    pub fn to_result(&self) -> Result<()> {
        if let Some(what) = self.findings.summary() {
            return Err(Fault::LogTampered { what });
        }
        self.missing.first().cloned().map_or(Ok(()), Err)
    }
}

/// The checkpoint in a signed note, or a description of what is wrong with it.
fn open_note(text: &[u8], keys: &LogKeys) -> std::result::Result<note::Checkpoint, String> {
    let opened = keys.open(text).map_err(|e| e.to_string())?;
    Ok(opened.checkpoint)
}
