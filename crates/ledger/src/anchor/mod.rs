//! Anchors: copies of signed checkpoints in places that the store's owner
//! cannot change.
//!
//! A checkpoint is anchored after the commit, when the write lock has been
//! released, so a slow anchor delays nobody else. The change is recorded by
//! then, so a failing anchor is reported as a warning, not as an error.

mod file;
mod syslog;

use std::io;

use lac_model::fault::Fault;

pub use file::FileAnchor;
pub use syslog::SyslogAnchor;

/// A place that keeps copies.
pub trait Anchor: std::fmt::Debug + Send {
    /// Adds a copy of the signed note.
    ///
    /// # Errors
    /// Any I/O error; also a note that the place cannot keep.
    fn append_note(&self, note: &str) -> io::Result<()>;

    /// Whether a copy could be added now. Adds none.
    ///
    /// # Errors
    /// Those of [`Anchor::append_note`], as far as they can be known before.
    fn check(&self) -> io::Result<()>;

    /// A path or a description, for messages.
    fn name(&self) -> String;

    /// Whether the place may be missing: not every machine has a system log.
    fn is_optional(&self) -> bool;
}

/// All anchors of a store.
pub trait Anchors {
    /// Adds a copy to each anchor. Failures are warnings.
    fn append_note(&self, note: &str);

    /// Checks each anchor. Adds nothing.
    fn check_all(&self) -> Vec<AnchorStatus>;
}

/// For a store without anchors.
#[derive(Debug, Clone, Copy)]
pub struct NoAnchors;

impl Anchors for NoAnchors {
    fn append_note(&self, _note: &str) {}

    fn check_all(&self) -> Vec<AnchorStatus> {
        Vec::new()
    }
}

/// The result of checking an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorStatus {
    /// See [`Anchor::name`].
    pub name: String,
    /// Why no copy can be added; `None` if it can.
    pub problem: Option<Fault>,
    /// See [`Anchor::is_optional`].
    pub is_optional: bool,
}

impl AnchorStatus {
    /// Checks one anchor.
    pub fn check(anchor: &dyn Anchor) -> Self {
        let problem = anchor.check().err();
        Self {
            problem: problem.map(|e| Fault::io(anchor.name(), e)),
            name: anchor.name(),
            is_optional: anchor.is_optional(),
        }
    }
}
