//! Files with runs of events: archives, and the proofs of exports
//! (`docs/proofs.md`, Proof and archive files).
//!
//! Both are JSON lines, compressed with zstd: first a [`Header`] with a signed
//! checkpoint and the hashes that lead from the events to its root, then an
//! [`EventLine`] for each event. To check one, see
//! [`crate::verify::ProofChecker`].

mod dir;
mod line;
mod read;
mod write;

pub use dir::ArchiveDir;
pub use line::{EventLine, PartDisclosure, RestoredEvent};
pub use read::{EventLines, FrameReader, MAX_LINE_BYTES};
pub use write::{
    ArchiveWriter, EVENTS_PER_FRAME, FileDigest, HashingWriter, ProofWriter, file_digest,
};

use std::fs::File;

use serde::{Deserialize, Serialize};

use lac_store::Result;

/// [`Header::format`] of an archive.
pub const ARCHIVE_FORMAT: &str = "lac-archive/1";
/// [`Header::format`] of an export proof.
pub const PROOF_FORMAT: &str = "lac-proof/1";

/// The first line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`ARCHIVE_FORMAT`] or [`PROOF_FORMAT`].
    pub format: String,
    /// The store's name.
    pub origin: String,
    /// The public key that signed the checkpoint, `NAME+ID+KEY`. For
    /// information: verify with a key that you trust.
    pub key: String,
    /// The signed note with the root that the hashes lead to.
    pub checkpoint: String,
    /// First and last `seq` of consecutive events; `null` for single events.
    pub range: Option<(u64, u64)>,
    /// Number of lines that follow.
    pub events: u64,
    /// The other hashes of the tree, base64, in the order of
    /// [`crate::proof::prove_leaves`].
    pub hashes: Vec<String>,
}

/// The place where archive files are kept. Names are plain file names.
pub trait Archives: Sync {
    /// Opens an archive for reading; `None` if there is no such file.
    ///
    /// # Errors
    /// `log_tampered` for a link, a directory or an invalid name; `io`.
    fn open(&self, name: &str) -> Result<Option<File>>;
    /// Creates an empty temporary file for the archive `name`, replacing an
    /// older temporary file.
    ///
    /// # Errors
    /// `log_tampered` for an invalid name; `store_unsafe` if others can write
    /// to the directory; `io`.
    fn create(&self, name: &str) -> Result<File>;
    /// Syncs the temporary file and renames it to `name`.
    ///
    /// # Errors
    /// `log_tampered` for an invalid name; `io`.
    fn publish(&self, name: &str) -> Result<()>;
    /// Removes an archive; no error if it does not exist.
    ///
    /// # Errors
    /// `log_tampered` for an invalid name; `io`.
    fn remove(&self, name: &str) -> Result<()>;
    /// The names of all regular files, finished or not, sorted.
    ///
    /// # Errors
    /// `io`.
    fn names(&self) -> Result<Vec<String>>;
    /// Waits for an exclusive lock, held until the file is dropped. The first
    /// `owner` (a store) keeps the directory: two stores in one directory would
    /// remove each other's files as unknown.
    ///
    /// # Errors
    /// `store_unsafe` if the directory belongs to another store; `io`.
    fn lock(&self, owner: &str) -> Result<File>;
    /// The place, for messages.
    fn location(&self) -> String;
}
