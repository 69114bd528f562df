//! Copies of signed checkpoints where the store's owner cannot change them.
//!
//! A checkpoint is anchored after its act was committed and the writer's lock
//! was released, so nothing slow is ever waited for under it; and as the act is
//! done by then, a place that fails is told, never an error.

mod file;
mod syslog;

use std::io;

use lac_model::fault::Fault;

pub use file::FileAnchor;
pub use syslog::SyslogAnchor;

/// One place that keeps copies.
pub trait Anchor: std::fmt::Debug + Send {
    /// Adds a copy of the signed note.
    ///
    /// # Errors
    /// Whatever keeps it from being written.
    fn append_note(&self, note: &str) -> io::Result<()>;

    /// Whether a copy could be added now; adds none.
    ///
    /// # Errors
    /// What [`Anchor::keep`] would fail with, as far as it can be told.
    fn check(&self) -> io::Result<()>;

    /// For messages: a path, or what it is.
    fn name(&self) -> String;

    /// Whether one may do without: a machine need not keep a log.
    fn is_optional(&self) -> bool;
}

/// All places of a store.
pub trait Anchors {
    /// Adds a copy to each. What fails is told to whoever runs the program.
    fn append_note(&self, note: &str);

    /// How each of them is; adds nothing.
    fn check_all(&self) -> Vec<AnchorStatus>;
}

/// No place at all.
#[derive(Debug, Clone, Copy)]
pub struct NoAnchors;

impl Anchors for NoAnchors {
    fn append_note(&self, _note: &str) {}

    fn check_all(&self) -> Vec<AnchorStatus> {
        Vec::new()
    }
}

/// A place as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorStatus {
    pub name: String,
    /// What keeps copies from being added.
    pub problem: Option<Fault>,
    pub is_optional: bool,
}

impl AnchorStatus {
    pub fn check(anchor: &dyn Anchor) -> Self {
        let problem = anchor.check().err();
        Self {
            problem: problem.map(|e| Fault::io(anchor.name(), e)),
            name: anchor.name(),
            is_optional: anchor.is_optional(),
        }
    }
}
