//! Runs of events outside the database: archives, and the proofs of exports.
//!
//! Both are JSON lines, compressed with zstd: a [`Header`] with a signed
//! checkpoint and the hashes that lead from the events to it, then a [`Line`]
//! for each event. `docs/proofs.md` describes them for others.

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

/// The format of archives.
pub const ARCHIVE_FORMAT: &str = "lac-archive/1";
/// The format of the proofs of exports.
pub const PROOF_FORMAT: &str = "lac-proof/1";

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`ARCHIVE`] or [`PROOF`].
    pub format: String,
    /// The store's name.
    pub origin: String,
    /// The audit key, as C2SP tools take it.
    pub key: String,
    /// The signed checkpoint that the hashes lead to.
    pub checkpoint: String,
    /// The first and the last event of a contiguous run; `null` for events
    /// that are picked from here and there.
    pub range: Option<(u64, u64)>,
    /// Number of events that follow.
    pub events: u64,
    /// The other hashes of the tree, base64, in the order of a walk through it
    /// (see `domain::proof`).
    pub hashes: Vec<String>,
}

/// Where archives are kept.
pub trait Archives: Sync {
    /// An archive for reading; `None` if there is no such file.
    fn open(&self, name: &str) -> Result<Option<File>>;
    /// An empty file beside the one of that name.
    fn create(&self, name: &str) -> Result<File>;
    /// Makes what was written beside durable and puts it in its place.
    fn publish(&self, name: &str) -> Result<()>;
    /// Removes an archive that nothing refers to any more.
    fn remove(&self, name: &str) -> Result<()>;
    /// The names of all ordinary files there, finished or not.
    fn names(&self) -> Result<Vec<String>>;
    /// Waits until nobody else archives or erases; held until dropped. The
    /// first to come owns the directory: two stores in one would take each
    /// other's files for nobody's.
    fn lock(&self, owner: &str) -> Result<File>;
    /// The directory, for messages.
    fn location(&self) -> String;
}
